import { describe, expect, it } from '@jest/globals';
import { MISSING_REASONS, type LedgerSpan, type SessionLedger } from '@sightline/shared';
import { describeMissing, isRecorded, layOutCoverage, lengthOf, spanAt } from './coverage.ts';

const ledger = (sessionId: string, spans: LedgerSpan[]): SessionLedger => ({
  sessionId,
  startedAtMs: spans[0]?.fromMs ?? 0,
  endedAtMs: spans.at(-1)?.toMs ?? 0,
  asOfMs: spans.at(-1)?.toMs ?? 0,
  tracks: [{ trackId: 'display-1', label: 'Display 1', recordedMs: 0, missingMs: 0, spans }],
});
const live = (fromMs: number, toMs: number): LedgerSpan => ({
  state: 'recorded',
  source: 'live',
  fromMs,
  toMs,
});
const first = ledger('s1', [
  live(100, 300),
  { state: 'missing', reason: 'paused-by-user', fromMs: 300, toMs: 400 },
  { state: 'recorded', source: 'healed', fromMs: 400, toMs: 500 },
]);
const second = ledger('s2', [live(900, 1_000)]);

describe('the coverage', () => {
  it('accounts for a session from its start to its end', () => {
    const coverage = layOutCoverage([first], 'display-1');
    expect(coverage?.range).toEqual({ startMs: 100, endMs: 500 });
    expect(coverage?.spans.map(({ startMs, endMs, look }) => [startMs, endMs, look])).toEqual([
      [100, 300, 'live'],
      [300, 400, 'off'],
      [400, 500, 'healed'],
    ]);
    expect(coverage && spanAt(coverage, 399)?.words).toBe('not recorded: the user had paused');
    expect(coverage && lengthOf(coverage, isRecorded)).toBe(300);
  });

  it('shows a range of several sessions, whatever reaches out of it, and nothing between them', () => {
    const coverage = layOutCoverage([second, first], 'display-1', { startMs: 0, endMs: 950 });
    expect(coverage?.spans.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [100, 300],
      [300, 400],
      [400, 500],
      [900, 950],
    ]);
    expect(coverage && spanAt(coverage, 600)).toBeUndefined();
  });

  it('is not there for what no session has', () => {
    expect(layOutCoverage([first], 'display-2')).toBeUndefined();
  });

  it('has words of its own for every reason', () => {
    expect(new Set(MISSING_REASONS.map(describeMissing)).size).toBe(MISSING_REASONS.length);
  });
});
