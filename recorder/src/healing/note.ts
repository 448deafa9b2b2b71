import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type * as z from 'zod';
import { replaceFile, syncPath } from '../store/durable.ts';
import { isMissing } from '../store/fileErrors.ts';

/** Reads what {@link writeNote} wrote; undefined if nothing was. @throws if it is something else */
export async function readNote<Note>(path: string, shape: z.ZodType<Note>): Promise<Note | undefined> {
  try {
    return shape.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Writes something down so that it is there after a crash, whole. */
export async function writeNote(path: string, note: unknown): Promise<void> {
  await replaceFile(path, JSON.stringify(note));
  await syncPath(dirname(path));
}
