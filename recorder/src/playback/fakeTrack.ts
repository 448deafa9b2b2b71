import type { RecordedRun, RecordedSegment } from './recordedTrack.ts';

/** A run for tests, whose segments follow each other without a hole from `startMs` on. */
export function fakeRun(
  folder: string,
  startMs: number,
  durationsMs: readonly number[],
  change: Partial<RecordedRun> & { addedAtMs?: number } = {},
): RecordedRun {
  const { addedAtMs = 0, ...rest } = change;
  let atMs = startMs;
  const segments = durationsMs.map((durationMs, index): RecordedSegment => {
    atMs += durationMs;
    return {
      index,
      startMs: atMs - durationMs,
      durationMs,
      mediaEndMs: atMs,
      sha256: '0'.repeat(64),
      addedAtMs,
      deletedAtMs: undefined,
    };
  });
  return { folder, source: 'live', segments, end: undefined, ...rest };
}
