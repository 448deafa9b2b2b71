import { buildLedger, type Interval, type LedgerSpan, type SessionLedger } from '@sightline/shared';
import type { SessionRecord } from '../db/ledgerRecords.ts';

/**
 * The ledger of a session. While it runs, what is on its way to disk is left out: the ledger then reaches up to the
 * last picture that is durable on every track that is being recorded.
 *
 * @param fromMs leaves out what lies before it.
 */
export function ledgerOf(record: SessionRecord, nowMs: number, fromMs = 0): SessionLedger {
  const { sessionId, sessionStartedAtMs: startedAtMs, endedAtMs } = record;
  const asOfMs = Math.max(startedAtMs, endedAtMs ?? Math.min(nowMs, ...record.tracks.flatMap(durableUntil)));
  const whole: Interval = { fromMs: Math.max(startedAtMs, fromMs), toMs: asOfMs };
  return {
    sessionId,
    startedAtMs,
    endedAtMs,
    asOfMs,
    tracks: record.tracks.map((track) => {
      const spans = buildLedger(whole, track);
      const recordedMs = lengthOf(spans.filter(({ state }) => state === 'recorded'));
      return {
        trackId: track.trackId,
        label: track.label,
        recordedMs,
        missingMs: lengthOf(spans) - recordedMs,
        spans,
      };
    }),
  };
}

const lengthOf = (spans: readonly LedgerSpan[]): number =>
  spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);

/** Of each run that is under way, its last durable picture. */
function durableUntil({ runs, segments }: SessionRecord['tracks'][number]): number[] {
  return runs
    .filter(({ endedAtMs }) => endedAtMs === null)
    .map(({ runId, startedAtMs }) =>
      segments
        .filter((segment) => segment.runId === runId)
        .reduce((latest, { startMs, durationMs }) => Math.max(latest, startMs + durationMs), startedAtMs),
    );
}
