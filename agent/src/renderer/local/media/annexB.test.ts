import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findParameterSets, splitNalUnits, withLengths } from './annexB.ts';

/** Contents as encoders make them: no start code inside, no zero at the end (ITU-T H.264, section 7.4.1). */
const nalUnit = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .map((bytes) => Uint8Array.from([...bytes.map((byte) => byte | 1), 0x80]));

describe('H.264 byte streams', () => {
  it('split into the units that they were made of, whichever start codes they have', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(nalUnit, fc.boolean()), { maxLength: 8 }), (units) => {
        const stream = units.flatMap(([unit, long]) => [...(long ? [0] : []), 0, 0, 1, ...unit]);
        const split = splitNalUnits(Uint8Array.from(stream));
        expect(split.map((unit) => [...unit])).toEqual(units.map(([unit]) => [...unit]));
      }),
    );
  });

  it('give away their parameter sets', () => {
    const [sequence, picture, slice] = [
      [0x67, 1],
      [0x68, 2],
      [0x65, 3],
    ].map((unit) => Uint8Array.from(unit));
    if (sequence === undefined || picture === undefined || slice === undefined) throw new Error('no units');
    expect(findParameterSets([sequence, picture, slice])).toEqual({ sequence, picture });
    expect(findParameterSets([sequence, slice])).toBeUndefined();
  });

  it('become units with lengths, without delimiters', () => {
    const units = [
      [0x09, 0xf0],
      [0x41, 5, 6],
    ].map((unit) => Uint8Array.from(unit));
    expect([...withLengths(units)]).toEqual([0, 0, 0, 3, 0x41, 5, 6]);
  });
});
