import { availableParallelism } from 'node:os';
import { ProtocolError, type Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { checkFfmpeg, recordCommand, type RecordingJob } from './command.ts';
import { isInDiskSleep } from './processState.ts';
import { openRtcpSink, reportTime, sayGoodbye, send, type MediaMoment } from './rtcp.ts';
import { opusPayloadType, recordedCodec, type RunPorts } from './sdp.ts';
import { primingPacket } from './silence.ts';
import { cutTornEnd } from './tornEnd.ts';
import { createTurnstile } from './turnstile.ts';
import { createPortAllocator, readSocket, waitForEmptyQueue, waitForListener } from './udpPorts.ts';

/** How ffmpeg went. It ends without an error when nothing has come for 10 s, or when it is asked to. */
export interface FfmpegEnd {
  failed: boolean;
  lastWords: string;
}

/** A running ffmpeg that writes parts into its run's folder. */
export interface Recording {
  /**
   * Tells to what media time a stream's RTP time stamps belong. Video's come first, and must not contradict each other;
   * sound may only flow when it has had one of its own. Without sound there is nothing to be told.
   */
  align(stream: 'video' | 'audio', moment: MediaMoment): Promise<void>;
  /** Calls the listener whenever ffmpeg gives up waiting for packets, before it writes what came after them. */
  onLoss(listener: () => void): void;
  /**
   * Whether packets of the video found ffmpeg's socket full since this was asked last, because it did not come to read them.
   * If that cannot be told any more, it may be.
   */
  overflowed(): Promise<boolean>;
  /** Whether ffmpeg waits in the kernel until something is read or written: it cannot be ended then. */
  waitsForDisk(): Promise<boolean>;
  /** Resolves once, when ffmpeg has gone. */
  ended: Promise<FfmpegEnd>;
  /** Ends ffmpeg, by force if need be; resolves when it has gone. Idempotent. */
  stop(): Promise<void>;
}

/** The boundary to ffmpeg. */
export interface RecordingEngine {
  /** @throws an error that says what to install. */
  check(): Promise<void>;
  /** Ports for a recording to come. */
  allocatePorts(has: { audio: boolean }): Promise<RunPorts>;
  /** Where the sfu is to send its RTCP, of which nothing is needed. */
  rtcpSinkPort(): Promise<number>;
  /** Resolves when ffmpeg listens. @throws {ProtocolError} `media-unavailable`, with ffmpeg's last words. */
  record(job: RecordingJob, ports: RunPorts): Promise<Recording>;
  /** See {@link cutTornEnd}. */
  cutTornEnd(path: string): Promise<boolean>;
}

/** Where media is received: ffmpeg reads from loopback only. */
export const MEDIA_HOST = '127.0.0.1';
/** What ffmpeg writes of packets that have not come in time, and that it goes on without. */
const LOSS = /RTP: missed \d+ packets/;
const LISTEN_TIMEOUT_MS = 5_000;
const DRAIN_MS = 1_000;
const GOODBYE_GRACE_MS = 1_000;
const INTERRUPT_GRACE_MS = 1_000;
/** While it waits for the disk it can neither read, nor end: what waits for it then would be lost. */
const DISK_GRACE_MS = 30_000;
/** More ffmpegs that start at once only make each other miss the time in which they must listen. */
const STARTS_AT_ONCE = 2 * availableParallelism();

/** Builds the engine over the ffmpeg in the PATH. */
export function createFfmpegEngine({ clock, logger }: { clock: Clock; logger: Logger }): RecordingEngine {
  const ports = createPortAllocator(MEDIA_HOST);
  const startInTurn = createTurnstile(STARTS_AT_ONCE);
  const cutInTurn = createTurnstile(availableParallelism());
  let sink: Promise<number> | undefined;
  return {
    check: checkFfmpeg,
    rtcpSinkPort: () => (sink ??= openRtcpSink(MEDIA_HOST)),
    async allocatePorts(has) {
      const video = await ports.allocate();
      return { host: MEDIA_HOST, video, ...(has.audio ? { audio: await ports.allocate() } : {}) };
    },
    async record(job, runPorts) {
      if (recordedCodec(job.rtpParameters).mimeType !== 'video/H264') {
        logger.warn({ folder: job.folder }, 'VP8 is transcoded to H.264: this run costs an encoder');
      }
      return startInTurn(() => startRecording(job, runPorts, clock));
    },
    cutTornEnd: (path) => cutInTurn(() => cutTornEnd(path)),
  };
}

async function startRecording(job: RecordingJob, ports: RunPorts, clock: Clock): Promise<Recording> {
  const { host } = ports;
  const recording = spawn(job, ports, clock);
  let lastWords: string | undefined;
  void recording.ended.then((end) => (lastWords = end.lastWords));
  const gone = (): boolean => lastWords !== undefined;
  const wait = { timeoutMs: LISTEN_TIMEOUT_MS, clock, aborted: gone };
  // It opens its sockets in this order.
  const { rtpPort } = ports.audio ?? ports.video;
  if (await waitForListener(host, rtpPort, wait)) {
    if (job.audio !== undefined) {
      await send(primingPacket(opusPayloadType(job.audio.rtpParameters)), host, rtpPort);
    }
    return recording;
  }
  const why =
    lastWords === undefined
      ? `ffmpeg does not listen on UDP port ${rtpPort} after ${LISTEN_TIMEOUT_MS} ms; is the machine overloaded?`
      : `ffmpeg ended before it listened on UDP port ${rtpPort}: ${lastWords.slice(-1_000)}`;
  await recording.stop();
  throw new ProtocolError('media-unavailable', why);
}

function spawn(job: RecordingJob, ports: RunPorts, clock: Clock): Recording {
  const { host } = ports;
  const streams = [ports.video, ...(ports.audio === undefined ? [] : [ports.audio])];
  const command = recordCommand(job, ports);
  let gone = false;
  const ended = new Promise<FfmpegEnd>((resolve) => {
    const end = (failed: boolean, words: string): void => {
      gone = true;
      resolve({ failed, lastWords: words.trim() });
    };
    command.on('end', (_stdout, stderr) => end(false, `ffmpeg ended: ${stderr ?? ''}`));
    command.on('error', (error, _stdout, stderr) => end(true, `${error.message}\n${stderr ?? ''}`));
  });
  const endsWithin = (ms: number): Promise<boolean> =>
    new Promise((resolve) => {
      const cancel = clock.after(ms, () => resolve(false));
      void ended.then(() => {
        cancel();
        resolve(true);
      });
    });
  const waitsForDisk = (): Promise<boolean> => isInDiskSleep(command.ffmpegProc?.pid);
  const isDrainedWithin = async (timeoutMs: number): Promise<boolean> => {
    const wait = { timeoutMs, clock, aborted: () => gone };
    const drained = await Promise.all(streams.map(({ rtpPort }) => waitForEmptyQueue(host, rtpPort, wait)));
    return drained.every(Boolean);
  };
  /** Tries again as long as ffmpeg waits for the disk, and once after that. */
  const patiently = async (ms: number, within: (ms: number) => Promise<boolean>): Promise<boolean> => {
    const deadlineMs = clock.nowMs() + DISK_GRACE_MS;
    for (let waited = true; waited;) {
      const waitedBefore = await waitsForDisk();
      if (await within(ms)) return true;
      waited = clock.nowMs() < deadlineMs && (waitedBefore || (await waitsForDisk()));
    }
    return false;
  };
  const stop = async (): Promise<void> => {
    if (gone) return;
    // The goodbye comes by another socket and would overtake what ffmpeg has not read yet.
    await patiently(DRAIN_MS, isDrainedWithin);
    await Promise.all(streams.map(({ rtcpPort }) => sayGoodbye(host, rtcpPort)));
    if (await patiently(GOODBYE_GRACE_MS, endsWithin)) return;
    command.ffmpegProc?.kill('SIGINT');
    if (await patiently(INTERRUPT_GRACE_MS, endsWithin)) return;
    command.ffmpegProc?.kill('SIGKILL');
    await ended;
  };
  let droppedBefore = 0;
  const overflowed = async (): Promise<boolean> => {
    const before = droppedBefore;
    const { rtpPort } = ports.video;
    droppedBefore = (await readSocket(host, rtpPort))?.droppedPackets ?? Number.POSITIVE_INFINITY;
    return droppedBefore > before;
  };
  let stopping: Promise<void> | undefined;
  const lossListeners: (() => void)[] = [];
  command.on('stderr', (line: string) => {
    if (!LOSS.test(line)) return;
    for (const listener of lossListeners) listener();
  });
  command.run();
  return {
    align: async (stream, moment) => {
      if (ports.audio !== undefined && !gone) await reportTime(host, ports[stream]?.rtcpPort ?? 0, moment);
    },
    onLoss: (listener) => void lossListeners.push(listener),
    overflowed,
    waitsForDisk,
    ended,
    stop: () => (stopping ??= stop()),
  };
}
