import { io, type Socket } from 'socket.io-client';
import type { Bytes, PageToServer, ServerToPage } from '../events.ts';
import { CHUNK_MS, MIME_TYPE } from './recordedFormat.ts';
import { addWatchButtons } from './watchButtons.ts';

/** What a chunk may be late by without a stall. */
const SLACK_S = 0.2;
const KEPT_S = 10;

const socket: Socket<ServerToPage, PageToServer> = io({ transports: ['websocket'] });

/** Appends what it gets in order, and keeps the video as close to the newest picture as chunks permit. */
function createPlayer(video: HTMLVideoElement, buffer: SourceBuffer): (bytes: Bytes) => void {
  const waiting: Bytes[] = [];
  let started = false;

  const keepUp = (): void => {
    const { buffered } = buffer;
    if (buffered.length === 0) return;
    const endS = buffered.end(buffered.length - 1);
    const lagS = endS - video.currentTime;
    if (!started) video.currentTime = buffered.start(buffered.length - 1);
    else if (lagS > CHUNK_MS / 1_000 + SLACK_S) video.currentTime = endS - CHUNK_MS / 1_000;
    started = true;
  };
  const next = (): void => {
    if (buffer.updating) return;
    const bytes = waiting.shift();
    const keptFromS = video.currentTime - KEPT_S;
    if (bytes !== undefined) buffer.appendBuffer(bytes);
    else if (buffer.buffered.length > 0 && buffer.buffered.start(0) < keptFromS - KEPT_S) {
      buffer.remove(0, keptFromS);
    }
  };
  buffer.addEventListener('updateend', () => {
    keepUp();
    next();
  });
  return (bytes) => {
    waiting.push(bytes);
    next();
  };
}

addWatchButtons((video) => {
  const source = new MediaSource();
  const url = URL.createObjectURL(source);
  const early: Bytes[] = [];
  let append: (bytes: Bytes) => void = (bytes) => void early.push(bytes);
  source.addEventListener(
    'sourceopen',
    () => {
      append = createPlayer(video, source.addSourceBuffer(MIME_TYPE));
      for (const bytes of early) append(bytes);
    },
    { once: true },
  );
  const onChunk = (bytes: Bytes): void => append(bytes);
  // Asked for at once: the answer comes while the source opens.
  socket.emit('join', onChunk);
  socket.on('chunk', onChunk);
  video.src = url;
  return () => {
    socket.off('chunk', onChunk);
    socket.emit('leave');
    URL.revokeObjectURL(url);
  };
});
