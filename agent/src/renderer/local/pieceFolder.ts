import { createPieceLengths } from './media/pieceLengths.ts';
import { pieceRecord, type KeptPiece, type PieceRecord } from './piece.ts';

const FOLDER = 'pieces';
const MEDIA_SUFFIX = '.mp4';
const RECORD_SUFFIX = '.json';

/** The pieces that this device keeps, in the origin's private file system (WHATWG File System standard). */
export interface PieceFolder {
  /** What is kept and not being written, the oldest first. What cannot be read or played is deleted. */
  list(): Promise<KeptPiece[]>;
  /** The part of a piece's file that can be played. @throws {DOMException} if there is none. */
  read(piece: Pick<KeptPiece, 'pieceId' | 'bytes'>): Promise<Blob>;
  /** Corrects what was written beside it. */
  amend(record: PieceRecord): Promise<void>;
  /** Deletes it for good; one that is not there counts as deleted. */
  remove(pieceId: string): Promise<void>;
}

/** The name of the lock (W3C Web Locks) that is held while a piece is written. */
export const writingLock = (pieceId: string): string => `sightline-piece/${pieceId}`;

/** Names of a piece's two files. */
export const fileNames = (pieceId: string): { media: string; record: string } => ({
  media: `${pieceId}${MEDIA_SUFFIX}`,
  record: `${pieceId}${RECORD_SUFFIX}`,
});

/** Opens the folder, which is made if need be. */
export async function openFolder(
  storage: Pick<StorageManager, 'getDirectory'>,
): Promise<FileSystemDirectoryHandle> {
  const root = await storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

/** Builds a {@link PieceFolder}. */
export function createPieceFolder(deps: {
  storage: Pick<StorageManager, 'getDirectory'>;
  locks: Pick<LockManager, 'query'>;
}): PieceFolder {
  const folder = (): Promise<FileSystemDirectoryHandle> => openFolder(deps.storage);
  const lengths = createPieceLengths();

  async function beingWritten(): Promise<ReadonlySet<string | undefined>> {
    const { held = [] } = await deps.locks.query();
    return new Set(held.map(({ name }) => name));
  }

  async function readRecord(handle: FileSystemFileHandle): Promise<PieceRecord | undefined> {
    const text = await (await handle.getFile()).text();
    try {
      return pieceRecord.safeParse(JSON.parse(text)).data;
    } catch {
      // Torn when it was written, and its media not yet begun.
      return undefined;
    }
  }

  async function look(directory: FileSystemDirectoryHandle, pieceId: string): Promise<KeptPiece | undefined> {
    const names = fileNames(pieceId);
    const record = await readRecord(await directory.getFileHandle(names.record));
    if (record === undefined) return undefined;
    const media = await (await directory.getFileHandle(names.media, { create: true })).getFile();
    const { bytes, durationMs } = await lengths.measure(pieceId, media);
    return bytes === 0 ? undefined : { ...record, bytes, durationMs };
  }

  async function remove(pieceId: string): Promise<void> {
    const directory = await folder();
    const { media, record } = fileNames(pieceId);
    // The record goes last: without it nobody would find the media again.
    for (const name of [media, record]) await directory.removeEntry(name).catch(ignoreMissing);
    lengths.forget(pieceId);
  }

  return {
    async list() {
      const directory = await folder();
      const ids: string[] = [];
      for await (const name of directory.keys()) {
        if (name.endsWith(RECORD_SUFFIX)) ids.push(name.slice(0, -RECORD_SUFFIX.length));
      }
      const writing = await beingWritten();
      const pieces: KeptPiece[] = [];
      for (const pieceId of ids) {
        if (writing.has(writingLock(pieceId))) continue;
        const piece = await look(directory, pieceId);
        if (piece === undefined) await remove(pieceId);
        else pieces.push(piece);
      }
      return pieces.sort((a, b) => a.fromMs - b.fromMs);
    },
    async read({ pieceId, bytes }) {
      const handle = await (await folder()).getFileHandle(fileNames(pieceId).media);
      return (await handle.getFile()).slice(0, bytes);
    },
    async amend(record) {
      const handle = await (await folder()).getFileHandle(fileNames(record.pieceId).record);
      // Replaces the file as a whole when it is closed.
      const stream = await handle.createWritable();
      await stream.write(JSON.stringify(record));
      await stream.close();
    },
    remove,
  };
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof DOMException) || error.name !== 'NotFoundError') throw error;
}
