import { createSocket } from 'node:dgram';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCleanup, type Cleanup } from '@sightline/e2e/harness/cleanup.ts';
import { startProc, type Proc } from '@sightline/e2e/harness/proc.ts';
import { createTempDir } from '@sightline/e2e/harness/tempDir.ts';
import { until } from '@sightline/e2e/harness/until.ts';
import { CAPTURED_CODEC, type CapturedStream } from '../record/capture.ts';
import { recogniseFrames } from '../record/framesOnDisk.ts';
import { readTsFrames } from '../record/tsFrames.ts';
import { asTransportStream, tryPlaying, type Playability } from './decode.ts';
import { endlessFeed } from './endlessStream.ts';
import { hitBy } from './schedule.ts';
import type { RecordingSystem, StreamRecording } from './system.ts';

const HOST = '127.0.0.1';
const FIRST_PORT = 17_000;
const READY_TIMEOUT_MS = 30_000;
/** How long an sfu that was killed sends nothing. */
const SFU_AWAY_MS = 1_000;

interface File {
  path: string;
  startedAtMs: number;
}

interface NaiveStream {
  originMs: number;
  port: number;
  ffmpeg: Proc;
  files: File[];
  flowing: boolean;
}

/** One `ffmpeg -c copy out.mkv` with its defaults per stream, started again in another file when it has died. */
export async function startNaive(
  cleanup: Cleanup,
  { stream, streams }: { stream: CapturedStream; streams: number },
): Promise<RecordingSystem> {
  const own = cleanup.use(createCleanup());
  const folder = own.use(await createTempDir('naive'));
  const streamMs = stream.checksums.length * stream.msPerFrame;
  let nextPort = FIRST_PORT;
  let made = 0;

  const open = async (): Promise<{ port: number; ffmpeg: Proc; file: File }> => {
    const port = nextPort;
    nextPort += 2;
    const name = String(++made).padStart(5, '0');
    const sdp = join(folder.path, `${name}.sdp`);
    const file = { path: join(folder.path, `${name}.mkv`), startedAtMs: Date.now() };
    await writeFile(sdp, sdpOf(port));
    const input = ['-protocol_whitelist', 'file,udp,rtp', '-i', sdp];
    const args = ['-hide_banner', '-nostdin', '-loglevel', 'error', ...input, '-c', 'copy', file.path];
    return { port, file, ffmpeg: own.use(await startProc('ffmpeg', args)) };
  };
  const all: NaiveStream[] = [];
  const socket = createSocket('udp4');
  own.use({ close: () => void socket.close() });
  socket.on('error', () => undefined);
  for (let number = 0; number < streams; number += 1) {
    const { file, ...opened } = await open();
    const originMs = Date.now() - streamMs + (number * streamMs) / streams;
    const naive: NaiveStream = { ...opened, originMs, files: [file], flowing: true };
    const feed = endlessFeed(stream, originMs)(1 + number, (header, payload) => {
      if (naive.flowing) socket.send([header, payload], naive.port, HOST);
    });
    own.use({ close: () => feed.stop() });
    all.push(naive);
  }
  const hit = (numbers: readonly number[]): NaiveStream[] => all.filter((_, at) => numbers.includes(at));
  const restart = async (naive: NaiveStream, signal: NodeJS.Signals): Promise<void> => {
    naive.ffmpeg.kill(signal);
    await naive.ffmpeg.exited;
    const { file, ...opened } = await open();
    naive.files.push(file);
    Object.assign(naive, opened);
  };

  return {
    async recording(numbers) {
      for (const naive of hit(numbers)) {
        const path = naive.files.at(-1)?.path ?? '';
        await until('a file that grows', async () => (await stat(path)).size > 0, {
          timeoutMs: READY_TIMEOUT_MS,
        });
      }
    },
    async kill(kill) {
      const victims = hit(hitBy(kill, streams));
      const atMs = Date.now();
      if (kill.victim === 'sfu') {
        for (const naive of victims) naive.flowing = false;
        await new Promise((resolve) => setTimeout(resolve, SFU_AWAY_MS));
        for (const naive of victims) naive.flowing = true;
        return atMs;
      }
      await Promise.all(victims.map((naive) => restart(naive, 'SIGKILL')));
      return atMs;
    },
    async finish() {
      const recordings: StreamRecording[] = [];
      for (const { ffmpeg, files, originMs } of all) {
        ffmpeg.kill('SIGINT');
        await ffmpeg.close();
        recordings.push({ ...(await readFiles(stream, originMs, files)), ledger: undefined });
      }
      return recordings;
    },
    close: () => own.close(),
  };
}

async function readFiles(
  stream: CapturedStream,
  originMs: number,
  files: readonly File[],
): Promise<Omit<StreamRecording, 'ledger'>> {
  const found: Record<Playability, string[]> = { whole: [], flawed: [], unplayable: [] };
  const runs = [];
  for (const { path, startedAtMs } of files) {
    const transportStream = await asTransportStream(path);
    found[await tryPlaying(path)].push(path);
    if (transportStream !== undefined)
      runs.push({ startMs: startedAtMs, frames: readTsFrames(transportStream) });
  }
  const sent = { first: 0, last: Number.POSITIVE_INFINITY, originMs };
  const { onDisk } = recogniseFrames(stream, sent, runs);
  return {
    originMs,
    msPerFrame: stream.msPerFrame,
    onDisk,
    unplayable: found.unplayable,
    flawed: found.flawed,
  };
}

const sdpOf = (port: number): string =>
  [
    'v=0',
    `o=- 0 0 IN IP4 ${HOST}`,
    's=naive',
    `c=IN IP4 ${HOST}`,
    't=0 0',
    `m=video ${port} RTP/AVP ${CAPTURED_CODEC.payloadType}`,
    `a=rtpmap:${CAPTURED_CODEC.payloadType} H264/${CAPTURED_CODEC.clockRate}`,
    `a=fmtp:${CAPTURED_CODEC.payloadType} packetization-mode=1`,
    '',
  ].join('\r\n');
