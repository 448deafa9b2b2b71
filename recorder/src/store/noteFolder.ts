import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRunFolder, encodeRunFolder } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type * as z from 'zod';
import { replaceFile, syncPath } from './durable.ts';
import { readOrSetAside } from './note.ts';

/** Small notes on disk, each under an id. One that cannot be read is set aside, and holds up no other. */
export interface NoteFolder<Note> {
  /** Replaces what is under these ids; durable when resolved. */
  put(notes: Iterable<readonly [id: string, note: Note]>): Promise<void>;
  find(id: string): Promise<Note | undefined>;
  /** A loss of power may bring it back. */
  remove(id: string): Promise<void>;
  list(): Promise<(readonly [id: string, note: Note])[]>;
}

const ENDING = '.json';

/** Opens the notes in `dir`, which is made if need be. */
export async function openNoteFolder<Note>(
  dir: string,
  shape: z.ZodType<Note>,
  logger: Logger,
): Promise<NoteFolder<Note>> {
  await mkdir(dir, { recursive: true });
  const pathOf = (id: string): string => join(dir, `${encodeRunFolder(id)}${ENDING}`);
  const find = (id: string): Promise<Note | undefined> => readOrSetAside(pathOf(id), shape, logger);
  return {
    async put(notes) {
      for (const [id, note] of notes) await replaceFile(pathOf(id), JSON.stringify(note));
      await syncPath(dir);
    },
    find,
    remove: (id) => rm(pathOf(id), { force: true }),
    async list() {
      const found: (readonly [string, Note])[] = [];
      for (const name of (await readdir(dir)).filter((entry) => entry.endsWith(ENDING))) {
        const id = decodeRunFolder(name.slice(0, -ENDING.length));
        const note = id === undefined ? undefined : await find(id);
        if (id !== undefined && note !== undefined) found.push([id, note]);
      }
      return found;
    },
  };
}
