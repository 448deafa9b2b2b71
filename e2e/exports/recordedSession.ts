import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createLocalSegmentStore, createManifests, createTestKey } from '@sightline/recorder/export';
import { encodeRunFolder, encodeTrackFolder, systemClock, type SessionLocation } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';

const exec = promisify(execFile);

/** Frames per second of what {@link encodeSource} makes. */
export const FPS = 30;
/** The brightness of a picture tells its number modulo this. */
export const NUMBERS = 50;
const STEP = 5;
const KEY_FRAME_EVERY = 30;

/** What a recorder would have received: `seconds` of H.264 whose pictures tell their number. */
export interface Source {
  width: number;
  height: number;
  seconds: number;
  sound?: boolean;
  /** The number of the first picture. */
  firstNumber?: number;
  segmentSeconds?: number;
  /** Pictures of something that moves, at about 400 kbit/s, instead of numbers. */
  busy?: boolean;
}

/** Encodes a source into TS segments, named by position, in `folder`. */
export async function encodeSource(folder: string, source: Source): Promise<string[]> {
  const { width, height, seconds, sound = false, firstNumber = 0, segmentSeconds = 2, busy = false } = source;
  const numbers = `color=black:s=${width}x${height}:r=${FPS}:d=${seconds},geq=lum='16+mod(N+${firstNumber},${NUMBERS})*${STEP - 1}':cb=128:cr=128`;
  const picture = busy ? `testsrc2=s=${width}x${height}:r=${FPS}:d=${seconds}` : numbers;
  const quality = busy ? ['-b:v', '400k', '-maxrate', '400k', '-bufsize', '800k'] : ['-crf', '10'];
  await mkdir(folder, { recursive: true });
  await exec('ffmpeg', [
    ...['-v', 'error', '-y', '-f', 'lavfi', '-i', picture],
    ...(sound ? ['-f', 'lavfi', '-i', `sine=r=48000:d=${seconds}`, '-ac', '2', '-c:a', 'aac'] : []),
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', ...quality, '-pix_fmt', 'yuv420p'],
    ...['-g', String(KEY_FRAME_EVERY), '-sc_threshold', '0', '-muxdelay', '0', '-muxpreload', '0'],
    ...['-f', 'segment', '-segment_format', 'mpegts', '-segment_time', String(segmentSeconds)],
    ...['-reset_timestamps', '0', join(folder, '%06d.ts')],
  ]);
  return (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort();
}

/** The number that a picture of this brightness (mean luma) tells. */
export const numberOf = (luma: number): number => Math.round((luma - 16) / (STEP - 1)) % NUMBERS;

/** A session on disk, as a recorder leaves it. */
export interface RecordedSession {
  location: SessionLocation;
  trackFolder: string;
  /** Adds a run of segments that are files in a folder; each is `segmentMs` long but for the last one. */
  addRun(run: {
    runId: string;
    startMs: number;
    folder: string;
    names: readonly string[];
    segmentMs: number;
    lastMs: number;
    sound?: boolean;
  }): Promise<void>;
}

/** A data folder of a recorder, with sessions that are made up. */
export interface Recordings {
  readonly recordingsDir: string;
  addSession(sessionId: string, startedAtMs: number): Promise<RecordedSession>;
  close(): Promise<void>;
}

/** Opens recordings in a new folder below `parent`. */
export async function openRecordings(parent: string): Promise<Recordings> {
  const recordingsDir = await mkdtemp(join(parent, 'sightline-recordings-'));
  const manifests = createManifests({
    recordingsDir,
    recorderId: 'r1',
    sealKey: createTestKey(),
    clock: systemClock,
    logger: createLogger('test', 'silent'),
  });
  const store = createLocalSegmentStore({ recordingsDir });
  const open: { close(): Promise<void> }[] = [];
  const trackId = 'display-1';
  return {
    recordingsDir,
    async addSession(sessionId, sessionStartedAtMs) {
      const location = { companyId: 'acme', userId: 'ann', sessionId, sessionStartedAtMs };
      const manifest = await manifests.open({ ...location, userName: 'ann', hostName: 'desk' });
      open.push(manifest);
      const trackFolder = encodeTrackFolder({ ...location, trackId });
      return {
        location,
        trackFolder,
        async addRun({ runId, startMs, folder, names, segmentMs, lastMs, sound = false }) {
          const runFolder = `${trackFolder}/${encodeRunFolder(runId)}`;
          const base = { runId, trackId };
          await mkdir(join(recordingsDir, runFolder), { recursive: true });
          await manifest.append({
            type: 'run',
            ...base,
            label: 'Screen',
            source: 'live',
            codec: 'video/H264',
            audio: sound,
          });
          const entered: Promise<unknown>[] = [];
          const known = new Map<string, { bytes: number; sha256: string }>();
          for (const name of new Set(names)) {
            const bytes = await readFile(join(folder, name));
            const sha256 = createHash('sha256').update(bytes).digest('hex');
            known.set(name, { bytes: bytes.length, sha256 });
          }
          for (const [index, name] of names.entries()) {
            const segmentName = {
              index,
              startMs: startMs + index * segmentMs,
              durationMs: index === names.length - 1 ? lastMs : segmentMs,
            };
            const { bytes, sha256 } = known.get(name) ?? { bytes: 0, sha256: '' };
            const part = join(recordingsDir, runFolder, `${String(index).padStart(6, '0')}.part.ts`);
            await link(join(folder, name), part);
            await store.add({ runFolder, name: segmentName }, part);
            entered.push(
              manifest.append({ type: 'segment', ...base, ...segmentName, bytes, sha256, holes: [] }),
            );
          }
          await Promise.all(entered);
          await manifest.append({ type: 'run-end', runId, reason: 'stopped', message: '' });
        },
      };
    },
    async close() {
      for (const manifest of open) await manifest.close();
      await rm(recordingsDir, { recursive: true, force: true });
    },
  };
}
