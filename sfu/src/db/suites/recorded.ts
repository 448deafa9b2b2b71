import type { Database } from '../database.ts';
import { createRecordingsRepository } from '../recordings.ts';

/** A session as the fixtures record it, with one run of one segment at each recorder. */
export interface RecordedFixture {
  sessionId: string;
  companyId?: string;
  userId?: string;
  deviceId?: string;
  startedAtMs: number;
  /** Null: it runs. */
  endedAtMs: number | null;
  /** By recorder. */
  bytes: Readonly<Record<string, number>>;
}

/** The id of the run that {@link putRecorded} makes. */
export const runAt = (sessionId: string, recorderId: string): string => `${sessionId}-${recorderId}`;

/** Puts a session on record. Its company and device have to be there. */
export async function putRecorded(database: Database, fixture: RecordedFixture): Promise<void> {
  const { sessionId, startedAtMs, endedAtMs } = fixture;
  const recordings = createRecordingsRepository(database);
  await recordings.addSession({
    sessionId,
    companyId: fixture.companyId ?? 'c1',
    deviceId: fixture.deviceId ?? 'd1',
    userId: fixture.userId ?? 'ann',
    userName: 'ann',
    hostName: 'desk',
    startedAtMs,
  });
  for (const [recorderId, bytes] of Object.entries(fixture.bytes)) {
    const runId = runAt(sessionId, recorderId);
    await recordings.addRun({
      runId,
      sessionId,
      trackId: 'display-1',
      label: 'Screen',
      startedAtMs,
      source: 'live',
    });
    await database.updateTable('runs').set({ recorder_id: recorderId }).where('run_id', '=', runId).execute();
    const durationMs = (endedAtMs ?? startedAtMs) - startedAtMs;
    await recordings.addSegments([
      {
        runId,
        segment: { index: 0, startMs: startedAtMs, durationMs, bytes, sha256: 'a'.repeat(64), holes: [] },
      },
    ]);
  }
  if (endedAtMs !== null) await recordings.endSession(sessionId, endedAtMs, 'stopped');
}
