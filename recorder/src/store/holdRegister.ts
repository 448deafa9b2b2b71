import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRunFolder, mediaHold, type MediaHold } from '@sightline/shared';
import * as z from 'zod';
import { replaceFile, syncPath } from './durable.ts';
import { isMissing } from './fileErrors.ts';

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
  /** The object store is as the hold says. A loss of power may forget it: then it is made so again. */
  settled(hold: MediaHold): Promise<void>;
  /** A loss of power may bring it back. */
  remove(sessionId: string): Promise<void>;
  list(): Promise<RegisteredHold[]>;
}

/** Keeps one small file per session in `dir`. */
export async function createHoldRegister(dir: string): Promise<HoldRegister> {
  await mkdir(dir, { recursive: true });
  const pathOf = (sessionId: string): string => join(dir, `${encodeRunFolder(sessionId)}.json`);
  return {
    async put(holds) {
      for (const hold of holds)
        await replaceFile(pathOf(hold.sessionId), JSON.stringify({ ...hold, settled: false }));
      await syncPath(dir);
    },
    async settled(hold) {
      const path = pathOf(hold.sessionId);
      await writeFile(`${path}.new`, JSON.stringify({ ...hold, settled: true }));
      await rename(`${path}.new`, path);
    },
    remove: (sessionId) => rm(pathOf(sessionId), { force: true }),
    async list() {
      const names = (await readdir(dir)).filter((name) => name.endsWith('.json'));
      const found: RegisteredHold[] = [];
      for (const name of names) {
        try {
          found.push(entry.parse(JSON.parse(await readFile(join(dir, name), 'utf8'))));
        } catch (error) {
          if (!isMissing(error)) throw error;
        }
      }
      return found;
    },
  };
}
