import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { uploadOrder, type Logger, type UploadOrder } from '@sightline/shared/node';
import { syncPath } from '../store/durable.ts';
import { isMissing } from '../store/fileErrors.ts';
import { readOrSetAside, writeNote } from '../store/note.ts';

/** A piece that is being uploaded, or was. */
export interface KeptUpload {
  order: UploadOrder;
  receivedBytes: number;
  changedAtMs: number;
}

/** The uploads of this recorder on disk: each in a folder of its own, which also has what is made of it. */
export interface UploadFolder {
  /** Makes the upload exist. One that was ordered otherwise before begins anew. */
  ensure(order: UploadOrder): Promise<void>;
  find(pieceId: string): Promise<KeptUpload | undefined>;
  list(): Promise<KeptUpload[]>;
  /** Deletes it, with everything that was made of it. */
  remove(pieceId: string): Promise<void>;
  /** Ends it, and keeps what was uploaded for somebody to look at. Returns where. */
  setAside(pieceId: string): Promise<string>;
  /** Deletes what was set aside before then. */
  removeSetAside(beforeMs: number): Promise<void>;
  /** Absolute path of a file in its folder. */
  pathOf(pieceId: string, name: string): string;
}

/** What an upload's bytes are in. */
export const MEDIA_FILE = 'media';
const ORDER_FILE = 'order.json';
const ASIDE_FOLDER = 'unusable';
/** Empty but for what is being removed, or was when the recorder was killed. */
const REMOVED_FOLDER = 'removed';
/** What a piece's id, which agents choose, is: nothing else becomes a path. */
const PIECE_ID = uploadOrder.shape.pieceId;

/** Opens the folder of uploads, which is made if need be. */
export async function openUploadFolder(uploadsDir: string, logger: Logger): Promise<UploadFolder> {
  await mkdir(uploadsDir, { recursive: true });
  const folderOf = (pieceId: string): string => join(uploadsDir, PIECE_ID.parse(pieceId));
  const pathOf = (pieceId: string, name: string): string => join(folderOf(pieceId), name);

  const find = async (pieceId: string): Promise<KeptUpload | undefined> => {
    try {
      const order = await readOrSetAside(pathOf(pieceId, ORDER_FILE), uploadOrder, logger);
      if (order === undefined) return undefined;
      const { size, mtimeMs } = await stat(pathOf(pieceId, MEDIA_FILE));
      return { order, receivedBytes: size, changedAtMs: mtimeMs };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  /** At once, and its files after that: the same piece may be uploaded again meanwhile. */
  const remove = async (pieceId: string): Promise<void> => {
    const removed = join(removedDir, randomUUID());
    try {
      await rename(folderOf(pieceId), removed);
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    await syncPath(uploadsDir);
    await rm(removed, { recursive: true });
  };

  const asideDir = join(uploadsDir, ASIDE_FOLDER);
  const removedDir = join(uploadsDir, REMOVED_FOLDER);
  await mkdir(asideDir, { recursive: true });
  await rm(removedDir, { recursive: true, force: true });
  await mkdir(removedDir);

  return {
    find,
    remove,
    pathOf,
    async setAside(pieceId) {
      const aside = join(asideDir, PIECE_ID.parse(pieceId));
      await rm(aside, { recursive: true, force: true });
      await rename(folderOf(pieceId), aside);
      await syncPath(uploadsDir);
      return aside;
    },
    async removeSetAside(beforeMs) {
      for (const name of await readdir(asideDir)) {
        const aside = join(asideDir, name);
        if ((await stat(aside)).mtimeMs < beforeMs) await rm(aside, { recursive: true, force: true });
      }
    },
    async ensure(order) {
      const { pieceId } = order;
      const before = await find(pieceId);
      if (before !== undefined && isSame(before.order, order)) return;
      if (before !== undefined) await remove(pieceId);
      await mkdir(folderOf(pieceId), { recursive: true });
      await (await open(pathOf(pieceId, MEDIA_FILE), 'a')).close();
      // Last: without it the folder is not an upload.
      await writeNote(pathOf(pieceId, ORDER_FILE), order);
      await syncPath(uploadsDir);
    },
    async list() {
      const names = (await readdir(uploadsDir)).filter((name) => PIECE_ID.safeParse(name).success);
      const found = await Promise.all(names.map(find));
      return found.filter((upload) => upload !== undefined);
    },
  };
}

/** The label and the names may have changed meanwhile; what is uploaded is the same. */
const isSame = (a: UploadOrder, b: UploadOrder): boolean =>
  a.sha256 === b.sha256 && a.bytes === b.bytes && a.fromMs === b.fromMs && a.toMs === b.toMs;
