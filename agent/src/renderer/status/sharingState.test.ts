import { expect, it } from '@jest/globals';
import { fakeDisplay } from '../publish/fakeMedia.ts';
import { sharingState } from './sharingState.ts';

const display = fakeDisplay('display-1');
const stream = { producerId: 'p', getStats: async () => new Map(), close: () => undefined };
const full = { trackId: 'display-1', source: 'full', stream } as const;
const small = { trackId: 'display-1', source: 'small', stream } as const;

it.each([
  ['idle', { displays: [], connected: true, sessionId: 's', streams: [] }],
  ['waiting', { displays: [display], connected: false, sessionId: undefined, streams: [] }],
  ['starting', { displays: [display], connected: true, sessionId: 's', streams: [small] }],
  ['streaming', { displays: [display], connected: true, sessionId: 's', streams: [full] }],
])('is %s', (state, now) => {
  expect(sharingState(now)).toBe(state);
});
