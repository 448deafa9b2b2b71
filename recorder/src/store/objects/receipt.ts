import { createHash } from 'node:crypto';
import { sha256Hex, timeMs } from '@sightline/shared';
import * as z from 'zod';
import { readNote, writeNote } from '../note.ts';
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
export const writeReceipt = (path: string, entry: Receipt): Promise<void> =>
  writeNote(`${path}${RECEIPT_ENDING}`, entry);

/** Undefined if the file was not uploaded. */
export const readReceipt = (path: string): Promise<Receipt | undefined> =>
  readNote(`${path}${RECEIPT_ENDING}`, receipt);
