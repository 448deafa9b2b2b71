import { constants, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { manifestEntry, type Clock, type ManifestEntry, type ManifestEvent } from '@sightline/shared';
import { chainEntry, type Logger } from '@sightline/shared/node';
import { syncPath } from '../store/durable.ts';
import { isMissing } from '../store/fileErrors.ts';
import { createJournalFile } from './journalFile.ts';
import { findEnd, manifestLine, type LastEntry } from './manifestText.ts';
import type { SealKey } from './sealKey.ts';

/** A seal as it stands in a manifest. */
export type SealEntry = Extract<ManifestEntry, { type: 'seal' }>;

/** After these nothing more may come for long, or somebody must be able to prove them at once. */
const SEALED_AT_ONCE: readonly ManifestEntry['type'][] = ['begin', 'run-end', 'ledger', 'heal', 'delete'];

/** The one that appends to a manifest. What is appended concurrently shares one write and one sync. */
export interface ManifestWriter {
  /** Undefined as long as it is empty. */
  readonly last: LastEntry | undefined;
  /** Resolves when the entry is durable, in the order of the calls. */
  append(event: ManifestEvent): Promise<ManifestEntry>;
  /** Resolves when everything so far is under a durable seal. Of an empty manifest there is none. */
  seal(): Promise<SealEntry | undefined>;
  /** Idempotent. */
  close(): Promise<void>;
}

interface Waiting {
  /** Undefined: only the seal is wanted. */
  event: ManifestEvent | undefined;
  resolve: (entry: ManifestEntry | undefined) => void;
  reject: (error: unknown) => void;
}

interface Batch {
  /** What is to be written. */
  entries: ManifestEntry[];
  accepted: (Waiting & { entry: ManifestEntry | undefined })[];
}

/** Opens a manifest for appending, behind its last whole entry, and creates it if there is none. */
export async function openManifestWriter(
  path: string,
  deps: {
    recorderId: string;
    sessionId: string;
    sealKey: SealKey;
    clock: Clock;
    /** Told of every seal when it is durable. */
    onSeal: (seal: SealEntry) => void;
    logger: Logger;
  },
): Promise<ManifestWriter> {
  const { recorderId, sessionId, sealKey, clock, logger } = deps;
  const found = findEnd(await readBytes(path));
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT);
  if (found.tornBytes > 0) {
    logger.warn({ path, tornBytes: found.tornBytes }, 'cut off the tail of a manifest that a crash had torn');
    await handle.truncate(found.endBytes);
  }
  // What is there may be sealed next, so it must not go any more.
  await handle.sync();
  await syncPath(dirname(path));
  const file = createJournalFile(handle, found.endBytes);
  let last = found.last;
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const chain = (before: LastEntry | undefined, event: ManifestEvent): ManifestEntry =>
    manifestEntry.parse(chainEntry(before, { ...event, atMs: clock.nowMs() }));

  const sealOf = (before: LastEntry): ManifestEntry => {
    const head = { recorderId, sessionId, number: before.number + 1, previousHash: before.hash };
    return chain(before, { type: 'seal', keyId: sealKey.keyId, signature: sealKey.sign(head) });
  };

  /** Gives each event its entry, in order, with a seal behind them if one is due. What cannot be an entry is refused. */
  const chainAll = (batch: readonly Waiting[]): Batch => {
    const entries: ManifestEntry[] = [];
    const accepted: Batch['accepted'] = [];
    for (const one of batch) {
      try {
        const entry = one.event && chain(entries.at(-1) ?? last, one.event);
        if (entry !== undefined) entries.push(entry);
        accepted.push({ ...one, entry });
      } catch (error) {
        one.reject(error);
      }
    }
    const due =
      accepted.some(({ event }) => event === undefined) ||
      entries.some(({ type }) => SEALED_AT_ONCE.includes(type));
    const before = entries.at(-1) ?? last;
    if (due && before !== undefined && before.type !== 'seal') entries.push(sealOf(before));
    return { entries, accepted };
  };

  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    const { entries, accepted } = chainAll(batch);
    try {
      if (entries.length > 0) await file.append(entries.map(manifestLine).join(''));
    } catch (error) {
      for (const { reject } of accepted) reject(error);
      return;
    }
    last = entries.at(-1) ?? last;
    for (const { entry, resolve } of accepted) resolve(entry ?? manifestEntry.safeParse(last).data);
    for (const entry of entries) if (entry.type === 'seal') deps.onSeal(entry);
  };

  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await commit(batch);
    }
    writing = undefined;
  };

  const enter = (event: ManifestEvent | undefined): Promise<ManifestEntry | undefined> =>
    new Promise((resolve, reject) => {
      if (closing !== undefined) {
        reject(new Error(`The manifest ${path} is closed; open it again.`));
        return;
      }
      waiting.push({ event, resolve, reject });
      writing ??= work();
    });

  return {
    get last() {
      return last;
    },
    async append(event) {
      const entry = await enter(event);
      if (entry === undefined) throw new Error('An event was not entered.');
      return entry;
    },
    async seal() {
      const entry = await enter(undefined);
      return entry?.type === 'seal' ? entry : undefined;
    },
    close: () =>
      (closing ??= (async () => {
        await writing;
        await file.close();
      })()),
  };
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return Buffer.alloc(0);
    throw error;
  }
}
