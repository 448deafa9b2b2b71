import { io, type Socket } from 'socket.io-client';
import type { PageToServer, ServerToPage } from '../events.ts';
import { captureScreen, MAX_BITRATE_BPS } from './captureScreen.ts';
import { CHUNK_MS, MIME_TYPE } from './recordedFormat.ts';

const socket: Socket<ServerToPage, PageToServer> = io({ transports: ['websocket'] });

declare global {
  interface MediaRecorderOptions {
    /** MediaStream Recording, not in TypeScript's library yet. */
    videoKeyFrameIntervalDuration?: number;
  }
}

window.share = async () => {
  const track = await captureScreen();
  const recorder = new MediaRecorder(new MediaStream([track]), {
    mimeType: MIME_TYPE,
    videoBitsPerSecond: MAX_BITRATE_BPS,
    // A key frame in every chunk, so that whoever joins gets a picture from the newest one.
    videoKeyFrameIntervalDuration: CHUNK_MS,
  });
  let sent = Promise.resolve();
  recorder.addEventListener('dataavailable', ({ data }) => {
    sent = sent.then(async () => void socket.emit('chunk', new Uint8Array(await data.arrayBuffer())));
  });
  recorder.start(CHUNK_MS);
};
