import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DataStore, ERRORS, Upload } from '@tus/server';
import { syncPath } from '../store/durable.ts';
import { hasCode } from '../store/fileErrors.ts';
import { MEDIA_FILE, type UploadFolder } from './uploadFolder.ts';

/** As the tus server wants to be told. */
class NoSuchUpload extends Error {
  readonly status_code = ERRORS.FILE_NOT_FOUND.status_code;
  readonly body = ERRORS.FILE_NOT_FOUND.body;
}

/** Insufficient Storage (RFC 4918, 11.5). */
export const INSUFFICIENT_STORAGE = 507;

/** The disk ran short while an upload came. */
export class NoRoom extends Error {
  readonly status_code = INSUFFICIENT_STORAGE;
  readonly body = 'The disk of this recorder has no room for it now; go on with it later.\n';
}

/** Lets the tus server write into an {@link UploadFolder}, as long as there is room on its disk. */
export class UploadStore extends DataStore {
  readonly #uploads: UploadFolder;
  readonly #hasRoom: () => boolean;

  constructor(uploads: UploadFolder, hasRoom: () => boolean) {
    super();
    this.#uploads = uploads;
    this.#hasRoom = hasRoom;
    this.extensions = ['termination'];
  }

  override async getUpload(id: string): Promise<Upload> {
    const upload = await this.#uploads.find(id);
    if (upload === undefined) throw new NoSuchUpload();
    return new Upload({ id, size: upload.order.bytes, offset: upload.receivedBytes });
  }

  /**
   * Resolves with the new offset. What came before the connection broke, or the disk ran short, is kept; of a whole upload,
   * durably.
   */
  override async write(body: Readable, id: string, offset: number): Promise<number> {
    const path = this.#uploads.pathOf(id, MEDIA_FILE);
    const file = createWriteStream(path, { flags: 'r+', start: offset });
    try {
      await pipeline(body, (chunks: AsyncIterable<Buffer>) => this.#whileThereIsRoom(chunks), file);
    } catch (error) {
      throw hasCode(error, 'ENOSPC') ? new NoRoom() : error;
    }
    const written = offset + file.bytesWritten;
    if ((await this.getUpload(id)).size === written) await syncPath(path);
    return written;
  }

  async *#whileThereIsRoom(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      if (!this.#hasRoom()) throw new NoRoom();
      yield chunk;
    }
  }

  override remove(id: string): Promise<void> {
    return this.#uploads.remove(id);
  }
}
