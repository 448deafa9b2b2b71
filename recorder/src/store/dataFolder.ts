import { randomUUID } from 'node:crypto';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@sightline/shared/node';
import * as z from 'zod';
import { isMissing } from './fileErrors.ts';
import { readNote, writeNote } from './note.ts';
import { createOpenRuns, type OpenRuns } from './openRuns.ts';

const owner = z.object({ recorderId: z.string(), pid: z.int(), startedAtTicks: z.string() });

/** Everything that a recorder keeps on disk. */
export interface DataFolder {
  /** Stays the same over restarts. */
  recorderId: string;
  /** The root of all track folders. */
  recordingsDir: string;
  openRuns: OpenRuns;
  /** For what is neither media nor evidence. */
  stateDir: string;
}

/** Another recorder that is alive owns the data folder. */
class DataFolderInUse extends Error {
  readonly code = 'data-folder-in-use';

  constructor(dataDir: string, pid: number) {
    super(
      `Another recorder (pid ${pid}) uses ${dataDir}; end it, or set SIGHTLINE_DATA_DIR to another folder.`,
    );
    this.name = 'DataFolderInUse';
  }
}

/**
 * Takes the data folder over for this process: what an earlier recorder left running there is an orphan.
 *
 * @throws {DataFolderInUse}, {NoteUnreadable}: without its id nothing that is recorded would be its own.
 */
export async function claimDataFolder(dataDir: string, logger: Logger): Promise<DataFolder> {
  await mkdir(join(dataDir, 'recordings'), { recursive: true });
  const recordingsDir = await realpath(join(dataDir, 'recordings'));
  const stateDir = join(dataDir, 'recorder');
  await mkdir(stateDir, { recursive: true });
  const path = join(stateDir, 'owner.json');
  const before = await readNote(path, owner);
  if (before !== undefined && before.pid !== process.pid) {
    const startedAtTicks = await processStart(before.pid);
    if (startedAtTicks === before.startedAtTicks) throw new DataFolderInUse(dataDir, before.pid);
  }
  const recorderId = before?.recorderId ?? randomUUID();
  const startedAtTicks = (await processStart(process.pid)) ?? '';
  await writeNote(path, { recorderId, pid: process.pid, startedAtTicks });
  const openRuns = await createOpenRuns(join(stateDir, 'open-runs'), logger);
  return { recorderId, recordingsDir, stateDir, openRuns };
}

/** Whose data folder this is; undefined if no recorder has ever used it. */
export async function readRecorderId(dataDir: string): Promise<string | undefined> {
  return (await readNote(join(dataDir, 'recorder', 'owner.json'), owner))?.recorderId;
}

/** When a process started, in clock ticks since boot: a pid alone may have been given anew (proc(5), field 22). */
async function processStart(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
