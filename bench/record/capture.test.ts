import { describe, expect, it } from '@jest/globals';
import { toStream } from './capture.ts';

/** Two packets of frame 0, one each of frames 1 and 2, numbered across both wraps. */
const arrivals = [0, 0, 1, 2].map((frame, place) => ({
  payloadType: 96,
  marker: place > 0,
  sequenceNumber: (65_534 + place) % 65_536,
  timestamp: (2 ** 32 - 3_000 + frame * 3_000) % 2 ** 32,
  ssrc: 1,
  payload: Buffer.from([0x41, place]),
  arrivedAtMs: 5_000 + place,
}));

describe('a captured stream', () => {
  it('keeps the packets with their frames and their timing', () => {
    const stream = toStream(arrivals, 3);
    expect(stream.packets.map(({ frame, atMs }) => [frame, atMs])).toEqual([
      [0, 0],
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    expect(new Set(stream.checksums).size).toBe(3);
    expect(stream.bitrateBps).toBe(4 * 14 * 8 * 10);
  });

  it('is refused when something is missing', () => {
    expect(() => toStream([], 3)).toThrow('nothing');
    expect(() => toStream(arrivals.toSpliced(1, 1), 3)).toThrow('lost');
    expect(() => toStream(arrivals.slice(0, 3), 3)).toThrow('left out');
  });
});
