import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256Hex, timeMs } from '@sightline/shared';
import * as z from 'zod';
import { replaceFile, syncPath } from '../durable.ts';
import { isMissing } from '../fileErrors.ts';
import { RECEIPT_ENDING } from '../storedName.ts';

const receipt = z.object({ bytes: z.int().nonnegative(), sha256: sha256Hex, storedAtMs: timeMs });

/** What of a file is in the object store, proven. */
export type Receipt = z.output<typeof receipt>;

/** Of a content, what its receipt says. */
export const identityOf = (content: Buffer): Omit<Receipt, 'storedAtMs'> => ({
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
});

/** Enters beside a file that it was uploaded; durable when resolved. */
export async function writeReceipt(path: string, entry: Receipt): Promise<void> {
  await replaceFile(`${path}${RECEIPT_ENDING}`, JSON.stringify(entry));
  await syncPath(dirname(path));
}

/** Undefined if the file was not uploaded. */
export async function readReceipt(path: string): Promise<Receipt | undefined> {
  try {
    return receipt.parse(JSON.parse(await readFile(`${path}${RECEIPT_ENDING}`, 'utf8')));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
