import { expect, it } from '@jest/globals';
import { fakeDisplay, fakeStream } from '../publish/fakeMedia.ts';
import { sharingState } from './sharingState.ts';

const display = fakeDisplay('display-1');
const stream = fakeStream('p', async () => new Map());
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
