import type { CapturedStream } from './capture.ts';

/**
 * A stream of four frames in five packets, the first frame in two of them; payloads hold the packet's place.
 * Frames 1 and 3 look alike.
 */
export const fakeStream: CapturedStream = {
  packets: [0, 0, 1, 2, 3].map((frame, place) => ({
    atMs: frame * 100 + (place === 1 ? 10 : 0),
    frame,
    payloadType: 96,
    marker: place > 0,
    payload: Buffer.from([place]),
  })),
  checksums: [11, 12, 13, 12],
  msPerFrame: 100,
  ticksPerFrame: 9_000,
  bitrateBps: 1_000,
};
