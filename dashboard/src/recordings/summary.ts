import type { RecordedSession } from '@sightline/shared';

/** What the list says of a session. */
export interface SessionSummary {
  running: boolean;
  /** From its start to its end, or to now. */
  durationMs: number;
  bytes: number;
  runCount: number;
}

/** Sums a session up at `nowMs` of the server's clock. */
export function summarise(session: RecordedSession, nowMs: number): SessionSummary {
  const runs = session.tracks.flatMap((track) => track.runs);
  return {
    running: session.endedAtMs === null,
    durationMs: Math.max(0, (session.endedAtMs ?? nowMs) - session.startedAtMs),
    bytes: runs.reduce((sum, run) => sum + run.bytes, 0),
    runCount: runs.length,
  };
}
