import { describe, expect, it } from '@jest/globals';
import type { SessionRecord } from '../db/ledgerRecords.ts';
import { ledgerOf } from './sessionLedger.ts';

type Track = SessionRecord['tracks'][number];

const segment = (runId: string, startMs: number, durationMs: number) => ({
  runId,
  startMs,
  durationMs,
  holes: [],
  source: 'live' as const,
  deleted: false,
});
const trackOf = (trackId: string, change: Partial<Track> = {}): Track => ({
  trackId,
  label: `Screen ${trackId}`,
  segments: [],
  runs: [],
  interruptions: [],
  awaited: [],
  ...change,
});
const recordOf = (tracks: Track[], endedAtMs: number | null = null): SessionRecord => ({
  sessionId: 's1',
  companyId: 'c1',
  userId: 'ann@desk',
  groupId: null,
  sessionStartedAtMs: 1_000,
  endedAtMs,
  tracks,
});
const openRun = (runId: string, startedAtMs: number) => ({
  runId,
  startedAtMs,
  endedAtMs: null,
  endReason: null,
});

describe('the ledger of a session', () => {
  it('adds up to its length, on every track', () => {
    const recorded = trackOf('a', { segments: [segment('r1', 1_200, 8_000)] });
    const ledger = ledgerOf(recordOf([recorded, trackOf('b')], 11_000), 50_000);
    expect(ledger).toMatchObject({ startedAtMs: 1_000, endedAtMs: 11_000, asOfMs: 11_000 });
    expect(ledger.tracks).toMatchObject([
      { trackId: 'a', label: 'Screen a', recordedMs: 8_000, missingMs: 2_000 },
      { trackId: 'b', recordedMs: 0, missingMs: 10_000 },
    ]);
  });

  it('reaches, while it runs, up to what is durable on every track that is being recorded', () => {
    const ahead = trackOf('a', { segments: [segment('r1', 1_200, 12_000)], runs: [openRun('r1', 1_100)] });
    const behind = trackOf('b', { segments: [segment('r2', 1_200, 6_000)], runs: [openRun('r2', 1_100)] });
    expect(ledgerOf(recordOf([ahead]), 15_000).asOfMs).toBe(13_200);
    expect(ledgerOf(recordOf([ahead, behind]), 15_000).asOfMs).toBe(7_200);
    expect(ledgerOf(recordOf([trackOf('c', { runs: [openRun('r3', 2_000)] })]), 15_000).asOfMs).toBe(2_000);
    expect(ledgerOf(recordOf([trackOf('d')]), 15_000).asOfMs).toBe(15_000);
  });

  it('leaves out what lies before the moment that is asked for', () => {
    const track = trackOf('a', { segments: [segment('r1', 1_000, 9_000)] });
    const [ledger] = ledgerOf(recordOf([track], 11_000), 50_000, 9_000).tracks;
    expect(ledger?.spans.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [9_000, 10_000],
      [10_000, 11_000],
    ]);
  });
});
