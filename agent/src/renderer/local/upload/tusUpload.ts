import { DetailedError, Upload } from 'tus-js-client';
import type { Pace } from './pace.ts';

/** So much is sent at once: a quarter of a second of an uplink of 1 Mbit/s. */
const CHUNK_BYTES = 32 * 1_024;

/** Where an upload goes on, and with what right. */
export interface UploadTarget {
  url: string;
  token: string;
}

/** The server is well, and has no room for pieces now: they are to be kept, and it is to be left alone for a while. */
export class NoRoomThere extends Error {
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('The server has no room for what was recorded here; it is kept, and sent later.');
    this.name = 'NoRoomThere';
    this.retryAfterMs = retryAfterMs;
  }
}

/** Insufficient Storage (RFC 4918, 11.5). */
const INSUFFICIENT_STORAGE = 507;
const RETRY_AFTER_S = { least: 10, usual: 60, most: 600 };

/** What a failed upload says; {@link NoRoomThere} if it is that. */
export function failureOf(error: Error): Error {
  const answer = error instanceof DetailedError ? error.originalResponse : null;
  if (answer?.getStatus() !== INSUFFICIENT_STORAGE) return error;
  const seconds = Number.parseInt(answer.getHeader('Retry-After') ?? '', 10);
  const { least, usual, most } = RETRY_AFTER_S;
  const wait = Number.isNaN(seconds) ? usual : Math.min(Math.max(seconds, least), most);
  return new NoRoomThere(wait * 1_000);
}

/** Sends a piece's file; resolves when all of it has arrived. @throws {NoRoomThere} */
export type SendFile = (file: Blob, target: UploadTarget, pace: Pace, signal: AbortSignal) => Promise<void>;

/** Goes on with an upload from where it stands (tus 1.0.0). Rejects at the first failure, or when it is aborted. */
export const sendByTus: SendFile = (file, { url, token }, pace, signal) =>
  new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      uploadUrl: url,
      headers: { Authorization: `Bearer ${token}` },
      chunkSize: CHUNK_BYTES,
      // Whoever asks for the upload asks again, with a token that is still good.
      retryDelays: null,
      storeFingerprintForResuming: false,
      onBeforeRequest: async (request) => {
        if (request.getMethod() === 'PATCH') await pace.turn(Math.min(CHUNK_BYTES, file.size));
        signal.throwIfAborted();
      },
      onSuccess: () => resolve(),
      onError: (error) => reject(failureOf(error)),
    });
    signal.addEventListener('abort', () => {
      upload.abort().then(() => reject(new Error('The upload was interrupted.')), reject);
    });
    upload.start();
  });
