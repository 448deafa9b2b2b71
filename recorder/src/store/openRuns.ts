import { sessionLocation, timeMs, trackId, type RunOrder } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import * as z from 'zod';
import { openNoteFolder } from './noteFolder.ts';
import { runFolderOf } from './runFolder.ts';

const openRun = z.object({
  session: sessionLocation.extend({ userName: z.string(), hostName: z.string() }),
  trackId,
  label: z.string(),
  /** What is received. */
  codec: z.string(),
  audio: z.boolean(),
  /** Where its ffmpeg can be told that its streams are over. */
  rtcpPorts: z.array(z.int().positive()),
  /** The sfu's wall time of the run's first frame, as soon as it is known. */
  anchorMs: timeMs.exactOptional(),
  /** From this part on something was lost of which the manifest does not tell yet. */
  lostFrom: z.int().nonnegative().exactOptional(),
});

/** A run that is recorded, or of which something has not been acknowledged yet. */
export interface OpenRun extends z.output<typeof openRun> {
  runId: string;
}

/** The register, on disk, of runs that need care after a restart. */
export interface OpenRuns {
  /** Enters a run, or what is known of it by now. */
  put(run: OpenRun): Promise<void>;
  remove(runId: string): Promise<void>;
  list(): Promise<OpenRun[]>;
}

/** Where its media is, relative to the recordings' root. */
export const folderOf = (run: OpenRun): string => runFolderOf({ ...run.session, ...run });

/** What the register keeps of a run that is about to begin. */
export function openRunOf(order: RunOrder, codec: string, rtcpPorts: number[]): OpenRun {
  const { companyId, userId, userName, hostName, sessionId, sessionStartedAtMs } = order;
  return {
    runId: order.runId,
    session: { companyId, userId, userName, hostName, sessionId, sessionStartedAtMs },
    trackId: order.trackId,
    label: order.label,
    codec,
    audio: order.audio !== undefined,
    rtcpPorts,
  };
}

/** Keeps one small file per open run in `dir`. */
export async function createOpenRuns(dir: string, logger: Logger): Promise<OpenRuns> {
  const notes = await openNoteFolder(dir, openRun, logger);
  return {
    put: ({ runId, ...run }) => notes.put([[runId, run]]),
    remove: (runId) => notes.remove(runId),
    list: async () => (await notes.list()).map(([runId, run]) => ({ runId, ...run })),
  };
}
