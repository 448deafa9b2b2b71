import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingJob } from './command.ts';
import { MEDIA_HOST, type FfmpegEnd, type RecordingEngine } from './engine.ts';
import { fakeTs } from './fakeTs.ts';
import type { MediaMoment } from './rtcp.ts';

/** An engine without ffmpeg, for tests of everything above it. */
export interface FakeEngine extends RecordingEngine {
  readonly jobs: RecordingJob[];
  /** What recordings were told of time. */
  readonly alignments: ({ stream: 'video' | 'audio' } & MediaMoment)[];
  /** Makes the next `record` fail. */
  failure: Error | undefined;
  /** Whether ffmpeg waits for the disk. */
  waitsForDisk: boolean;
  /** While set, a recording that is told to stop does so only when it resolves. */
  stopsAfter: Promise<void> | undefined;
  /** How the next recording that is told to stop does so; at first by itself. */
  stopsBy: 'goodbye' | 'force';
  /** Writes a part of the latest recording, with frames at these times in 90 kHz. */
  writePart(index: number, frames: readonly number[]): Promise<void>;
  /** Lets ffmpeg die. */
  exit(lastWords: string): void;
  /** Lets ffmpeg tell of lost packets. */
  lose(): void;
  /** Lets ffmpeg wait in vain for packets. */
  starve(): void;
}

/** Builds one. */
export function createFakeEngine(): FakeEngine {
  const jobs: RecordingJob[] = [];
  let rtpPort = 20_000;
  let lose = (): void => undefined;
  let exit: (end: FfmpegEnd) => void = () => undefined;
  const engine: FakeEngine = {
    jobs,
    alignments: [],
    failure: undefined,
    waitsForDisk: false,
    stopsAfter: undefined,
    stopsBy: 'goodbye',
    cutTornEnd: () => Promise.resolve(false),
    check: () => Promise.resolve(),
    allocatePorts: (has) =>
      Promise.resolve({
        host: MEDIA_HOST,
        video: { rtpPort: (rtpPort += 2), rtcpPort: rtpPort + 1 },
        ...(has.audio ? { audio: { rtpPort: (rtpPort += 2), rtcpPort: rtpPort + 1 } } : {}),
      }),
    rtcpSinkPort: () => Promise.resolve(30_001),
    async record(job) {
      if (engine.failure !== undefined) throw engine.failure;
      jobs.push(job);
      const { promise: ended, resolve } = Promise.withResolvers<FfmpegEnd>();
      exit = resolve;
      const stop = async (): Promise<void> => {
        await engine.stopsAfter;
        resolve({ failed: engine.stopsBy === 'force', lastWords: 'stopped' });
      };
      const align = (stream: 'video' | 'audio', moment: MediaMoment): Promise<void> => {
        engine.alignments.push({ stream, ...moment });
        return Promise.resolve();
      };
      const waitsForDisk = (): Promise<boolean> => Promise.resolve(engine.waitsForDisk);
      const onLoss = (listener: () => void): void => void (lose = listener);
      return { align, onLoss, overflowed: () => Promise.resolve(false), waitsForDisk, ended, stop };
    },
    async writePart(index, frames) {
      const folder = jobs.at(-1)?.folder;
      if (folder === undefined) throw new Error('nothing is being recorded');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${String(index).padStart(6, '0')}.part.ts`), fakeTs(frames));
    },
    exit: (lastWords) => exit({ failed: true, lastWords }),
    lose: () => lose(),
    starve: () => exit({ failed: false, lastWords: 'ffmpeg ended:' }),
  };
  return engine;
}
