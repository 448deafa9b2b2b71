import { fileNames, openFolder, writingLock } from '../pieceFolder.ts';
import type { PieceRecord } from '../piece.ts';
import type { PieceFile } from '../media/pieceWriter.ts';

/** Nothing more is kept beyond this; what is kept already is not given up for it. */
const MAX_BYTES = 4 * 1_024 ** 3;
/** Left to whatever else the browser keeps. */
const MAX_SHARE_OF_QUOTA = 0.8;

/** There is no room left for another piece. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
}

/**
 * Makes the files of a piece: its record first, then its media, which is being written until it is closed.
 *
 * @throws {StoreFullError}
 */
export async function openPieceFile(
  { storage, locks }: Pick<Navigator, 'storage' | 'locks'>,
  record: PieceRecord,
): Promise<PieceFile> {
  const { usage = 0, quota = 0 } = await storage.estimate();
  if (usage >= Math.min(MAX_BYTES, quota * MAX_SHARE_OF_QUOTA)) {
    throw new StoreFullError(
      'There is no room left on this computer for recordings that wait for their upload.',
    );
  }
  const release = await holdLock(locks, writingLock(record.pieceId));
  try {
    const folder = await openFolder(storage);
    const names = fileNames(record.pieceId);
    await writeWhole(folder, names.record, new TextEncoder().encode(JSON.stringify(record)));
    return wrap(await openHandle(folder, names.media), release);
  } catch (error) {
    release();
    throw error;
  }
}

/** Resolves with what releases the lock, when it is held. */
function holdLock(locks: LockManager, name: string): Promise<() => void> {
  const { promise, resolve, reject } = Promise.withResolvers<() => void>();
  locks.request(name, () => new Promise<void>((release) => resolve(release))).catch(reject);
  return promise;
}

async function openHandle(
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<FileSystemSyncAccessHandle> {
  const file = await folder.getFileHandle(name, { create: true });
  return file.createSyncAccessHandle();
}

async function writeWhole(folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array): Promise<void> {
  const handle = await openHandle(folder, name);
  try {
    handle.write(bytes);
    handle.flush();
  } finally {
    handle.close();
  }
}

function wrap(handle: FileSystemSyncAccessHandle, release: () => void): PieceFile {
  let at = 0;
  return {
    append(bytes) {
      at += handle.write(bytes, { at });
    },
    flush: () => handle.flush(),
    close() {
      handle.close();
      release();
    },
  };
}
