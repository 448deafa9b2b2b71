import * as z from 'zod';
import { timeMs } from '../common.ts';
import { id, trackId } from '../media.ts';
import { runEndReason } from '../recorder.ts';

/** A run of a recorded track, as `/api/v1/sessions` lists it. */
export const recordedRun = z.object({
  runId: id,
  startedAtMs: timeMs,
  endedAtMs: timeMs.nullable(),
  endReason: runEndReason.nullable(),
  /** The sum of its segments. */
  recordedMs: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
});

/** A recorded session, as `/api/v1/sessions` lists it. */
export const recordedSession = z.object({
  sessionId: id,
  companyId: z.string(),
  userId: z.string(),
  userName: z.string(),
  hostName: z.string(),
  startedAtMs: timeMs,
  /** Null while it runs. */
  endedAtMs: timeMs.nullable(),
  tracks: z.array(z.object({ trackId, label: z.string(), runs: z.array(recordedRun) })),
});

/** Answer of `GET /api/v1/sessions`: the newest first. */
export const sessionList = z.object({ sessions: z.array(recordedSession) });

/** See {@link recordedSession}. */
export type RecordedSession = z.output<typeof recordedSession>;
/** See {@link recordedRun}. */
export type RecordedRun = z.output<typeof recordedRun>;
