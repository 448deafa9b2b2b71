import { ProtocolError, type Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { checkFfmpeg, recordCommand, type RecordingJob } from './command.ts';
import { sayGoodbye } from './goodbye.ts';
import { recordedCodec, type RtpDestination } from './sdp.ts';
import { createPortAllocator, waitForListener, type PortPair } from './udpPorts.ts';

/** A running ffmpeg that writes parts into its run's folder. */
export interface Recording {
  destination: RtpDestination;
  /** Resolves once, when ffmpeg has gone, with its last words. */
  ended: Promise<string>;
  /** Ends ffmpeg, by force if need be; resolves when it has gone. Idempotent. */
  stop(): Promise<void>;
}

/** The boundary to ffmpeg. */
export interface RecordingEngine {
  /** @throws an error that says what to install. */
  check(): Promise<void>;
  /** Ports for a recording to come. */
  allocatePorts(): Promise<PortPair>;
  /** Resolves when ffmpeg listens. @throws {ProtocolError} `media-unavailable`, with ffmpeg's last words. */
  record(job: RecordingJob, ports: PortPair): Promise<Recording>;
}

/** Where media is received: ffmpeg reads from loopback only. */
export const MEDIA_HOST = '127.0.0.1';
const LISTEN_TIMEOUT_MS = 5_000;
const GOODBYE_GRACE_MS = 1_000;
const INTERRUPT_GRACE_MS = 1_000;

/** Builds the engine over the ffmpeg in the PATH. */
export function createFfmpegEngine({ clock, logger }: { clock: Clock; logger: Logger }): RecordingEngine {
  const ports = createPortAllocator(MEDIA_HOST);
  return {
    check: checkFfmpeg,
    allocatePorts: () => ports.allocate(),
    async record(job, pair) {
      const destination: RtpDestination = { host: MEDIA_HOST, ...pair };
      if (recordedCodec(job.rtpParameters).mimeType !== 'video/H264') {
        logger.warn({ folder: job.folder }, 'VP8 is transcoded to H.264: this run costs an encoder');
      }
      const recording = spawn(job, destination, clock);
      let gone = false;
      void recording.ended.then(() => (gone = true));
      if (await waitForListener(MEDIA_HOST, pair.rtpPort, LISTEN_TIMEOUT_MS, clock, () => gone))
        return recording;
      await recording.stop();
      const words = await recording.ended;
      throw new ProtocolError(
        'media-unavailable',
        `ffmpeg does not listen on UDP port ${pair.rtpPort} (${words.slice(-1_000)}). See the recorder's log.`,
      );
    },
  };
}

function spawn(job: RecordingJob, destination: RtpDestination, clock: Clock): Recording {
  const command = recordCommand(job, destination);
  let gone = false;
  const ended = new Promise<string>((resolve) => {
    const end = (words: string): void => {
      gone = true;
      resolve(words.trim());
    };
    command.on('end', (_stdout, stderr) => end(`ffmpeg ended: ${stderr ?? ''}`));
    command.on('error', (error, _stdout, stderr) => end(`${error.message}\n${stderr ?? ''}`));
  });
  const endsWithin = (ms: number): Promise<boolean> =>
    new Promise((resolve) => {
      const cancel = clock.after(ms, () => resolve(false));
      void ended.then(() => {
        cancel();
        resolve(true);
      });
    });
  const stop = async (): Promise<void> => {
    if (gone) return;
    await sayGoodbye(destination.host, destination.rtcpPort);
    if (await endsWithin(GOODBYE_GRACE_MS)) return;
    command.ffmpegProc?.kill('SIGINT');
    if (await endsWithin(INTERRUPT_GRACE_MS)) return;
    command.ffmpegProc?.kill('SIGKILL');
    await ended;
  };
  let stopping: Promise<void> | undefined;
  command.run();
  return { destination, ended, stop: () => (stopping ??= stop()) };
}
