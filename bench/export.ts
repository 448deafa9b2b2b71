/**
 * `npm run bench -- export`: how long it takes to export one minute out of eight hours of one display.
 *
 * Ten minutes of H.264 (1280×720, 30 fps, about 400 kbit/s) with sound are encoded once and stand 48 times in a recording,
 * with names, times and a manifest as a recorder writes them. From its middle, one minute is exported:
 *
 * - `copiedMs`: as it was recorded. The goal is 2,000.
 * - `encodedMs`: with the wall clock burnt into every picture.
 *
 * Each is the slowest of `runs`, from the order to a file that is complete, as the recorder makes it, with a manifest that
 * it has not read before.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSource, openRecordings } from '@sightline/e2e/exports/recordedSession.ts';
import { createTempDir } from '@sightline/e2e/harness/tempDir.ts';
import {
  createLocalSegmentStore,
  createManifestReader,
  createTrackReader,
  writeVideo,
} from '@sightline/recorder/export';
import { systemClock } from '@sightline/shared';
import { machine } from './lib/machine.ts';
import { progress, runBenchmark } from './lib/runBenchmark.ts';

const SEGMENT_MS = 6_000;
const SOURCE_S = 600;
const REPEATED = 48;
const RECORDED_MS = SOURCE_S * 1_000 * REPEATED;
const MINUTE_MS = 60_000;
const RUNS = 3;
const GOAL_MS = 2_000;
const START_MS = Date.parse('2026-03-02T08:00:00Z');

await runBenchmark(async (cleanup) => {
  const dir = cleanup.use(await createTempDir('bench-export'));
  const recordings = cleanup.use(await openRecordings(dir.path));
  progress('encoding ten minutes');
  const folder = join(dir.path, 'source');
  const names = await encodeSource(folder, {
    width: 1280,
    height: 720,
    seconds: SOURCE_S,
    sound: true,
    segmentSeconds: SEGMENT_MS / 1_000,
    busy: true,
  });
  progress('making eight hours of it');
  const session = await recordings.addSession('day', START_MS);
  for (let at = 0; at < REPEATED; at += 1) {
    await session.addRun({
      runId: `run-${at}`,
      startMs: START_MS + at * SOURCE_S * 1_000,
      folder,
      names,
      segmentMs: SEGMENT_MS,
      lastMs: SEGMENT_MS,
      sound: true,
    });
  }

  const fromMs = START_MS + RECORDED_MS / 2 + 150_000;
  const exportMinute = async (name: string, wallClock: boolean): Promise<number> => {
    const out = join(dir.path, name);
    await mkdir(out);
    const startedAtMs = performance.now();
    await writeVideo(
      {
        exportId: 'e1',
        order: {
          companyId: 'acme',
          from: { kind: 'session', sessionId: 'day' },
          fromMs,
          toMs: fromMs + MINUTE_MS,
          output: {
            kind: 'video',
            trackId: 'display-1',
            ...(wallClock && { burnIn: { wallClock, user: false, caseNumber: false } }),
          },
        },
        userName: 'ann',
        sources: [{ ...session.location, trackId: 'display-1' }],
        elsewhere: [],
      },
      { folder: out, file: 'out' },
      partsOf(recordings.recordingsDir),
      { signal: AbortSignal.timeout(120_000), onProgress: () => undefined },
    );
    return Math.round(performance.now() - startedAtMs);
  };
  const slowest = async (wallClock: boolean): Promise<number> => {
    const all: number[] = [];
    for (let run = 0; run < RUNS; run += 1)
      all.push(await exportMinute(`${String(wallClock)}-${run}`, wallClock));
    return Math.max(...all);
  };
  progress('exporting one minute');
  const [copiedMs, encodedMs] = [await slowest(false), await slowest(true)];
  return {
    recordedHours: RECORDED_MS / 3_600_000,
    exportedMs: MINUTE_MS,
    runs: RUNS,
    copiedMs,
    encodedMs,
    goal: { copiedMs: GOAL_MS },
    machine,
  };
});

function partsOf(recordingsDir: string): Parameters<typeof writeVideo>[2] {
  return {
    tracks: createTrackReader({ recordingsDir, manifests: createManifestReader() }),
    store: createLocalSegmentStore({ recordingsDir }),
    clock: systemClock,
  };
}
