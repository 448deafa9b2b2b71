import { Upload } from 'tus-js-client';
import type { Pace } from './pace.ts';

/** So much is sent at once: a quarter of a second of an uplink of 1 Mbit/s. */
const CHUNK_BYTES = 32 * 1_024;

/** Where an upload goes on, and with what right. */
export interface UploadTarget {
  url: string;
  token: string;
}

/** Sends a piece's file; resolves when all of it has arrived. */
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
      onError: reject,
    });
    signal.addEventListener('abort', () => {
      upload.abort().then(() => reject(new Error('The upload was interrupted.')), reject);
    });
    upload.start();
  });
