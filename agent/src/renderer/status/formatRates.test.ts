import { expect, it } from '@jest/globals';
import { formatRates } from './formatRates.ts';

it('tells size, frame rate, bit rate and what limits them', () => {
  const rates = {
    width: 1920,
    height: 1080,
    framesPerSecond: 29.6,
    bitrateBps: 240_400,
    limitedBy: undefined,
  };
  expect(formatRates(rates)).toBe('1920×1080 · 30 fps · 240 kbit/s');
  expect(formatRates({ ...rates, bitrateBps: 1_640_000, limitedBy: 'bandwidth' })).toBe(
    '1920×1080 · 30 fps · 1.6 Mbit/s · limited by the network',
  );
});
