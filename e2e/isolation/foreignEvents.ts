import {
  agentMessages,
  agentNotices,
  agentRequests,
  recorderCommands,
  recorderNotices,
  recorderRequests,
  viewerNotices,
  viewerRequests,
} from '@sightline/shared';
import type { Socket } from 'socket.io-client';
import type { Outcome } from './outcome.ts';
import { askFor, type Namespace } from './sockets.ts';

const SERVED: Readonly<Record<Namespace, object>> = {
  '/agent': agentRequests,
  '/viewer': viewerRequests,
  '/recorder': recorderRequests,
};
const ALL = [
  ...Object.values(SERVED),
  agentNotices,
  agentMessages,
  viewerNotices,
  recorderCommands,
  recorderNotices,
];

/** Sends every event that there is, of either direction, to each namespace that does not serve it. */
export async function sendForeignEvents(sockets: Readonly<Record<Namespace, Socket>>): Promise<Outcome> {
  const outcome: Outcome = { expected: {}, actual: {} };
  const events = new Set(ALL.flatMap((table) => Object.keys(table)));
  for (const [namespace, socket] of Object.entries(sockets)) {
    const served = new Set(
      Object.entries(SERVED).flatMap(([of, table]) => (of === namespace ? Object.keys(table) : [])),
    );
    for (const event of events) {
      if (served.has(event)) continue;
      const key = `${event} at ${namespace}`;
      outcome.expected[key] = 'unknown-event';
      outcome.actual[key] = await askFor(socket, event, {});
    }
  }
  return outcome;
}
