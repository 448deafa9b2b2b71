import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE } from '@sightline/shared';
import { isMissing } from '../fileErrors.ts';
import { NoteUnreadable } from '../note.ts';
import { RECEIPT_ENDING, decodeStoredName } from '../storedName.ts';
import { readReceipt } from './receipt.ts';

/** A file that is to be in the object store. */
export interface FoundFile {
  /** Path relative to the recordings' root. */
  key: string;
  kind: 'segment' | 'manifest';
  bytes: number;
  /** Since when the object store has it as it is; undefined: it has to be uploaded. */
  storedAtMs: number | undefined;
}

/** Looks through everything below the recordings' root. What goes meanwhile is left out. */
export async function* findStored(recordingsDir: string, folder = ''): AsyncGenerator<FoundFile> {
  const entries = await readdir(join(recordingsDir, folder), { withFileTypes: true }).catch(ifThere([]));
  const names = new Set(entries.map(({ name }) => name));
  for (const entry of entries) {
    const key = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      yield* findStored(recordingsDir, key);
      continue;
    }
    const isManifest = entry.name === MANIFEST_FILE;
    if (!isManifest && decodeStoredName(entry.name) === undefined) continue;
    const path = join(recordingsDir, key);
    const found = await stat(path).catch(ifThere(undefined));
    if (found === undefined) continue;
    const receipt = names.has(`${entry.name}${RECEIPT_ENDING}`)
      ? await readReceipt(path).catch(ifUnreadable)
      : undefined;
    yield {
      key,
      kind: isManifest ? 'manifest' : 'segment',
      bytes: found.size,
      storedAtMs: receipt?.bytes === found.size ? receipt.storedAtMs : undefined,
    };
  }
}

/** The file itself is there: it is uploaded again, and its receipt replaced. */
const ifUnreadable = (error: unknown): undefined => {
  if (!(error instanceof NoteUnreadable)) throw error;
};

const ifThere =
  <T>(otherwise: T) =>
  (error: unknown): T => {
    if (isMissing(error)) return otherwise;
    throw error;
  };
