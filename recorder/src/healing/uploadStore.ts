import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DataStore, ERRORS, Upload } from '@tus/server';
import { syncPath } from '../store/durable.ts';
import { MEDIA_FILE, type UploadFolder } from './uploadFolder.ts';

/** As the tus server wants to be told. */
class NoSuchUpload extends Error {
  readonly status_code = ERRORS.FILE_NOT_FOUND.status_code;
  readonly body = ERRORS.FILE_NOT_FOUND.body;
}

/** Lets the tus server write into an {@link UploadFolder}. */
export class UploadStore extends DataStore {
  readonly #uploads: UploadFolder;

  constructor(uploads: UploadFolder) {
    super();
    this.#uploads = uploads;
    this.extensions = ['termination'];
  }

  override async getUpload(id: string): Promise<Upload> {
    const upload = await this.#uploads.find(id);
    if (upload === undefined) throw new NoSuchUpload();
    return new Upload({ id, size: upload.order.bytes, offset: upload.receivedBytes });
  }

  /** Resolves with the new offset. What came before the connection broke is kept; of a whole upload, durably. */
  override async write(body: Readable, id: string, offset: number): Promise<number> {
    const path = this.#uploads.pathOf(id, MEDIA_FILE);
    const file = createWriteStream(path, { flags: 'r+', start: offset });
    await pipeline(body, file);
    const written = offset + file.bytesWritten;
    if ((await this.getUpload(id)).size === written) await syncPath(path);
    return written;
  }

  override remove(id: string): Promise<void> {
    return this.#uploads.remove(id);
  }
}
