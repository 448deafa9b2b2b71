import { expect, it } from '@jest/globals';
import { fakeDisplay, fakeStream } from '../publish/fakeMedia.ts';
import { sharingState } from './sharingState.ts';

const display = fakeDisplay('display-1');
const stream = fakeStream('p', async () => new Map());
const full = { trackId: 'display-1', source: 'full', stream } as const;
const small = { trackId: 'display-1', source: 'small', stream } as const;

const idle = {
  displays: [],
  connected: true,
  flowing: false,
  paused: false,
  sessionId: undefined,
  streams: [],
};
const shared = { ...idle, displays: [display], sessionId: 's' };

it.each([
  ['idle', 'nothing is shared', { ...idle, sessionId: 's' }],
  ['waiting', 'there is neither signaling nor media', { ...shared, connected: false }],
  ['streaming', 'media flow on without signaling', { ...shared, connected: false, flowing: true }],
  ['starting', 'only the overview is there', { ...shared, streams: [small], flowing: true }],
  ['streaming', 'everything is there', { ...shared, streams: [full], flowing: true }],
  ['paused', 'the user wants it so', { ...shared, streams: [full], flowing: true, paused: true }],
  ['paused', 'the user wants it so, whatever is connected', { ...shared, connected: false, paused: true }],
])('is %s when %s', (state, _what, now) => {
  expect(sharingState(now)).toBe(state);
});
