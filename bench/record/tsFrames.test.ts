import { describe, expect, it } from '@jest/globals';
import { pictureChecksum } from '@sightline/e2e/harness/h264.ts';
import { readTsFrames } from './tsFrames.ts';

const VIDEO_PID = 0x100;

/** One TS packet; what its payload leaves free is stuffed by an adaptation field. */
function tsPacket(pid: number, starts: boolean, payload: Buffer): Buffer {
  const stuffing = 184 - payload.length;
  const header = Buffer.from([
    0x47,
    (starts ? 0x40 : 0) | (pid >> 8),
    pid & 0xff,
    stuffing > 0 ? 0x30 : 0x10,
  ]);
  const adaptation = Buffer.alloc(stuffing, 0xff);
  if (stuffing > 0) adaptation.writeUInt8(stuffing - 1, 0);
  if (stuffing > 1) adaptation.writeUInt8(0, 1);
  return Buffer.concat([header, adaptation, payload]);
}

function pesHeader(pts: number): Buffer {
  const high = Math.floor(pts / 2 ** 30);
  const middle = Math.floor(pts / 2 ** 15) % 2 ** 15;
  const header = Buffer.from([0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5, 0x21 | (high << 1), 0, 0, 0, 0]);
  header.writeUInt16BE((middle << 1) | 1, 10);
  header.writeUInt16BE(((pts % 2 ** 15) << 1) | 1, 12);
  return header;
}

const sliceOf = (bytes: number, value: number): Buffer =>
  Buffer.concat([Buffer.from([0x65]), Buffer.alloc(bytes, value)]);
const startCode = Buffer.from([0, 0, 0, 1]);

describe('a TS file', () => {
  it('gives every picture with its time, also one that spans packets', () => {
    const large = Buffer.concat([pesHeader(2 ** 32 + 40_000), startCode, sliceOf(300, 7)]);
    const small = Buffer.concat([pesHeader(2 ** 32 + 43_000), startCode, sliceOf(20, 8)]);
    const file = Buffer.concat([
      tsPacket(0, true, Buffer.alloc(100, 1)),
      tsPacket(VIDEO_PID, true, large.subarray(0, 184)),
      tsPacket(0x11, true, Buffer.alloc(50, 2)),
      tsPacket(VIDEO_PID, false, large.subarray(184)),
      tsPacket(VIDEO_PID, true, small),
    ]);
    expect(readTsFrames(file)).toEqual([
      { pts: 2 ** 32 + 40_000, checksum: pictureChecksum([sliceOf(300, 7)]) },
      { pts: 2 ** 32 + 43_000, checksum: pictureChecksum([sliceOf(20, 8)]) },
    ]);
  });

  it('is refused when it is none', () => {
    expect(() => readTsFrames(Buffer.alloc(188))).toThrow('no TS packet');
  });
});
