import { readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '@sightline/shared/node';
import type * as z from 'zod';
import { replaceFile, syncPath } from './durable.ts';
import { isMissing } from './fileErrors.ts';

/** A file is not what {@link writeNote} leaves, such as after the disk was damaged. */
export class NoteUnreadable extends Error {
  readonly code = 'note-unreadable';

  constructor(path: string, cause: unknown) {
    super(`${path} cannot be read; put it back from a backup, or remove it.`, { cause });
    this.name = 'NoteUnreadable';
  }
}

/** Reads what {@link writeNote} wrote; undefined if nothing was. @throws {NoteUnreadable} if it is something else */
export async function readNote<Note>(path: string, shape: z.ZodType<Note>): Promise<Note | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return shape.parse(JSON.parse(text));
  } catch (error) {
    throw new NoteUnreadable(path, error);
  }
}

/** As {@link readNote}, where others must not wait for this one: what cannot be read gets another name, and is as if it were not there. */
export async function readOrSetAside<Note>(
  path: string,
  shape: z.ZodType<Note>,
  logger: Logger,
): Promise<Note | undefined> {
  try {
    return await readNote(path, shape);
  } catch (error) {
    if (!(error instanceof NoteUnreadable)) throw error;
    const aside = `${path}.unreadable`;
    logger.error({ err: error, aside, code: error.code }, 'what cannot be read is set aside');
    await rename(path, aside).catch((failure: unknown) => {
      // Somebody else has done so meanwhile.
      if (!isMissing(failure)) throw failure;
    });
    return undefined;
  }
}

/** Writes something down so that it is there after a crash, whole. */
export async function writeNote(path: string, note: unknown): Promise<void> {
  await replaceFile(path, JSON.stringify(note));
  await syncPath(dirname(path));
}
