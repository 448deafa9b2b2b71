import { expect, it } from '@jest/globals';
import { reportedSources } from './rtcp.ts';

/** A report of this type on these sources. */
function report(type: number, sources: readonly number[]): Buffer {
  const packet = Buffer.alloc(8 + 24 * sources.length);
  packet.writeUInt8(0x80 | sources.length, 0);
  packet.writeUInt8(type, 1);
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  for (const [place, source] of sources.entries()) packet.writeUInt32BE(source, 8 + place * 24);
  return packet;
}

it('finds every source in every receiver report of a compound packet', () => {
  expect(reportedSources(Buffer.concat([report(201, [7, 8]), report(202, [9]), report(201, [10])]))).toEqual([
    7, 8, 10,
  ]);
});

it('finds none in what is cut off, or something else', () => {
  expect(reportedSources(report(201, [7]).subarray(0, 20))).toEqual([]);
  expect(reportedSources(report(201, []))).toEqual([]);
  expect(reportedSources(Buffer.from('hi'))).toEqual([]);
});
