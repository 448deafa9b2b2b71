import type { Attack } from '../protocol.ts';
import { bodies } from './bodies.ts';
import { eventPayloads } from './eventPayloads.ts';
import { connectFlood, eventFlood } from './floods.ts';
import { malformedHttp } from './malformedHttp.ts';
import { pollution } from './pollution.ts';
import { routePayloads } from './routePayloads.ts';
import { halfOpen, slowLoris } from './slowClients.ts';
import { webSocketFrames } from './webSocketFrames.ts';

/** All attacks, by what they are called. */
export const ATTACKS: ReadonlyMap<string, Attack> = new Map([
  ['payloads of every route', routePayloads],
  ['payloads of every event', eventPayloads],
  ['prototype pollution', pollution],
  ['bodies of 10 MB, and bodies that are hard to read', bodies],
  ['what is no HTTP', malformedHttp],
  ['frames, packets and attachments', webSocketFrames],
  ['a flood of connections', connectFlood],
  ['a flood of events', eventFlood],
  ['slow loris', slowLoris],
  ['half-open connections', halfOpen],
]);
