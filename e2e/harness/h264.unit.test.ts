import { describe, expect, it } from '@jest/globals';
import { pictureChecksum, unitsOfByteStream, unitsOfPayloads } from './h264.ts';

const parameterSet = Buffer.from([0x67, 1, 2]);
const delimiter = Buffer.from([0x09, 0xf0]);
const slice = Buffer.from([0x65, 9, 8, 7, 6, 5]);

describe('the NAL units of a frame', () => {
  it('are the same from RTP payloads, single, aggregated and fragmented', () => {
    const aggregate = Buffer.concat([
      Buffer.from([0x78, 0, 3]),
      parameterSet,
      Buffer.from([0, 2]),
      delimiter,
    ]);
    const fragments = [
      Buffer.from([0x7c, 0x85, 9, 8]),
      Buffer.from([0x7c, 0x05, 7]),
      Buffer.from([0x7c, 0x45, 6, 5]),
    ];
    expect(unitsOfPayloads([aggregate, ...fragments])).toEqual([parameterSet, delimiter, slice]);
    expect(unitsOfPayloads([slice])).toEqual([slice]);
    expect(() => unitsOfPayloads([Buffer.from([25, 0])])).toThrow('not known');
  });

  it('are found in a byte stream behind short and long start codes', () => {
    const stream = Buffer.concat([
      Buffer.from([0, 0, 0, 1]),
      delimiter,
      Buffer.from([0, 0, 0, 1]),
      parameterSet,
      Buffer.from([0, 0, 1]),
      slice,
    ]);
    expect(unitsOfByteStream(stream)).toEqual([delimiter, parameterSet, slice]);
    expect(unitsOfByteStream(Buffer.from([1, 2, 3]))).toEqual([]);
  });

  it('identify a picture by its slices alone, and by every bit of them', () => {
    expect(pictureChecksum([delimiter, parameterSet, slice])).toBe(pictureChecksum([slice]));
    const other = Buffer.from(slice);
    other.writeUInt8(4, 5);
    expect(pictureChecksum([other])).not.toBe(pictureChecksum([slice]));
  });
});
