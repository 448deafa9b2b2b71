import { describe, expect, it } from '@jest/globals';
import type { LedgerSpan } from '@sightline/shared';
import { ledgerErrors } from './ledgerErrors.ts';

const session = { fromMs: 1_000, toMs: 5_000 };
const recorded = (fromMs: number, toMs: number): LedgerSpan => ({
  state: 'recorded',
  source: 'live',
  fromMs,
  toMs,
});
const missing = (fromMs: number, toMs: number, reason: 'stalled' | 'unknown' = 'stalled'): LedgerSpan => ({
  state: 'missing',
  reason,
  fromMs,
  toMs,
});
/** Frames of 50 ms from 1 s on. */
const stream = (fromMs: number, toMs: number) => ({
  originMs: 1_000,
  msPerFrame: 50,
  onDisk: new Set(Array.from({ length: (toMs - fromMs) / 50 }, (_, place) => (fromMs - 1_000) / 50 + place)),
});

describe('the errors of a ledger', () => {
  it('are none if it is as the media is, to within the tolerance', () => {
    const spans = [missing(1_000, 2_080), recorded(2_080, 5_000)];
    expect(ledgerErrors(spans, session, stream(2_000, 5_000))).toEqual([]);
  });

  it('are what it claims and what it keeps silent about', () => {
    const spans = [recorded(1_000, 3_000), missing(3_000, 5_000)];
    expect(ledgerErrors(spans, session, stream(2_000, 4_000))).toEqual([
      { what: 'recorded-without-media', fromMs: 1_000, toMs: 2_000 },
      { what: 'media-without-record', fromMs: 3_000, toMs: 4_000 },
    ]);
  });

  it('are seconds without a reason, and seconds of which it says nothing', () => {
    const media = stream(2_000, 5_000);
    expect(ledgerErrors([missing(1_000, 2_000, 'unknown'), recorded(2_000, 5_000)], session, media)).toEqual([
      { what: 'unexplained', fromMs: 1_000, toMs: 2_000 },
    ]);
    expect(ledgerErrors([recorded(2_000, 5_000)], session, media)).toEqual([
      { what: 'not-whole', ...session },
    ]);
  });
});
