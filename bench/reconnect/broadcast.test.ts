import { expect, it } from '@jest/globals';
import { broadcastTimes, type Change, type Sighting } from './broadcast.ts';

const change = (atMs: number, value = 'online', clientId = 'a'): Change => ({
  clientId,
  aspect: 'presence',
  value,
  atMs,
});
const sighting = (viewer: number, atMs: number, value = 'online', clientId = 'a'): Sighting => ({
  ...change(atMs, value, clientId),
  viewer,
});

it('takes a change as known when the last viewer knows of it', () => {
  expect(broadcastTimes([change(100)], [sighting(0, 105), sighting(1, 130), sighting(1, 140)], 2)).toEqual({
    broadcastMs: [30],
    unseen: 0,
  });
});

it('counts a change that one viewer never saw', () => {
  expect(broadcastTimes([change(100)], [sighting(0, 105)], 2)).toEqual({ broadcastMs: [], unseen: 1 });
});

it('does not take what was seen before a change, of another client or of another state for it', () => {
  const others = [sighting(0, 99), sighting(0, 101, 'online', 'b'), sighting(0, 102, 'reconnecting')];
  expect(broadcastTimes([change(100)], others, 1)).toEqual({ broadcastMs: [], unseen: 1 });
});

it('tells two changes to the same state apart', () => {
  const seen = [sighting(0, 110), sighting(0, 220)];
  expect(broadcastTimes([change(200), change(100)], seen, 1)).toEqual({ broadcastMs: [10, 20], unseen: 0 });
  expect(broadcastTimes([change(100), change(200)], [sighting(0, 220)], 1)).toEqual({
    broadcastMs: [20],
    unseen: 1,
  });
});
