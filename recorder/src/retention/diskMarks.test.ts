import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bytesToClear, diskStateOf, parseDiskAmount, type DiskMarks, type DiskState } from './diskMarks.ts';

const MARKS: DiskMarks = { low: { share: 0.1 }, clearing: { share: 0.05 }, full: { bytes: 10 } };
const at = (freeBytes: number) => ({ freeBytes, totalBytes: 1_000, fault: null });

it.each([
  ['10%', { share: 0.1 }],
  ['2.5%', { share: 0.025 }],
  ['500MB', { bytes: 500e6 }],
  ['1.5 GB', { bytes: 1.5e9 }],
  ['4096', { bytes: 4_096 }],
  ['101%', undefined],
  ['-1', undefined],
  ['5 apples', undefined],
  ['', undefined],
])('reads %j as an amount', (text, amount) => {
  expect(parseDiskAmount(text)).toEqual(amount);
});

describe('the state of a disk', () => {
  it.each([
    [100, 'ok', 'ok'],
    [99, 'ok', 'low'],
    [49, 'ok', 'clearing'],
    [9, 'ok', 'full'],
    [10, 'full', 'full'],
    [11, 'full', 'clearing'],
    [54, 'clearing', 'clearing'],
    [55, 'clearing', 'low'],
    [109, 'low', 'low'],
    [110, 'low', 'ok'],
  ] as const)('with %d of 1000 bytes free, and %s before, is %s', (freeBytes, before, state) => {
    expect(diskStateOf(at(freeBytes), MARKS, before)).toBe(state);
  });

  it('is full where nothing can be written, however much room there is', () => {
    expect(diskStateOf({ ...at(900), fault: 'EROFS' }, MARKS, 'ok')).toBe('full');
  });

  it('does not change again while the room stays the same', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.constantFrom<DiskState>('ok', 'low', 'clearing', 'full'),
        (freeBytes, before) => {
          const state = diskStateOf(at(freeBytes), MARKS, before);
          expect(diskStateOf(at(freeBytes), MARKS, state)).toBe(state);
        },
      ),
    );
  });

  it('is not clearing any more once what had to go has gone', () => {
    fc.assert(
      fc.property(fc.nat(1_000), (freeBytes) => {
        const after = freeBytes + bytesToClear(at(freeBytes), MARKS);
        expect(['ok', 'low']).toContain(diskStateOf(at(after), MARKS, 'full'));
      }),
    );
  });
});
