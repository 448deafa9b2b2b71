import { describe, expect, it } from '@jest/globals';
import { formatAge, formatBitrate, formatBytes, formatDuration, formatLatency } from './format.ts';

describe('numbers on the page', () => {
  it.each([
    [0, '0 kbit/s'],
    [240_400, '240 kbit/s'],
    [1_250_000, '1.3 Mbit/s'],
  ])('a bit rate of %d is %s', (bps, text) => expect(formatBitrate(bps)).toBe(text));

  it.each([
    [undefined, '–'],
    [73.4, '73 ms'],
  ])('a latency of %p is %s', (ms, text) => expect(formatLatency(ms)).toBe(text));

  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_536, '1.5 KiB'],
    [5 * 1_024 ** 3, '5.0 GiB'],
    [300 * 1_024 ** 2, '300 MiB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0, '0:00'],
    [65_900, '1:05'],
    [3_723_000, '1:02:03'],
    [-5, '0:00'],
  ])('%d ms are %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it.each([
    [-5, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [47.9 * 3_600_000, '47 h'],
    [48 * 3_600_000, '2 days'],
  ])('%d ms ago is %s', (ms, text) => expect(formatAge(ms)).toBe(text));
});
