import { mediaHold, type MediaHold } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import * as z from 'zod';
import { openNoteFolder } from './noteFolder.ts';

const entry = mediaHold.extend({
  /** Whether the object store is as this says. */
  settled: z.boolean(),
});

/** A session that is held, or was, and whose media is locked in the object store, or is to be. */
export type RegisteredHold = z.output<typeof entry>;

/** The register, on disk, of sessions that are held or still to be released. */
export interface HoldRegister {
  /** Enters what is held or not from now on; durable when resolved. */
  put(holds: readonly MediaHold[]): Promise<void>;
  /** The object store is as the hold says. */
  settled(hold: MediaHold): Promise<void>;
  /** A loss of power may bring it back. */
  remove(sessionId: string): Promise<void>;
  list(): Promise<RegisteredHold[]>;
}

/** Keeps one small file per session in `dir`. */
export async function createHoldRegister(dir: string, logger: Logger): Promise<HoldRegister> {
  const notes = await openNoteFolder(dir, entry, logger);
  return {
    put: (holds) => notes.put(holds.map((hold) => [hold.sessionId, { ...hold, settled: false }])),
    settled: (hold) => notes.put([[hold.sessionId, { ...hold, settled: true }]]),
    remove: (sessionId) => notes.remove(sessionId),
    list: async () => (await notes.list()).map(([, hold]) => hold),
  };
}
