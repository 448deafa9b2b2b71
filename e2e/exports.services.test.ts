import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createLocalSegmentStore,
  createManifestReader,
  createTrackReader,
  writeVideo,
} from '@sightline/recorder/export';
import { systemClock, type ExportOrder, type MediaElsewhere, type SessionLocation } from '@sightline/shared';
import {
  FPS,
  NUMBERS,
  encodeSource,
  openRecordings,
  type RecordedSession,
  type Recordings,
  type Source,
} from './exports/recordedSession.ts';
import { readVideoFile, type VideoFile } from './exports/videoFile.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';

const START_MS = Date.parse('2026-03-01T12:00:00.400Z');
const DAY_MS = 86_400_000;
const SEGMENT_MS = 2_000;

let dir: TempDir;
let recordings: Recordings;
let plain: RecordedSession;
let mixed: RecordedSession;
let exportCount = 0;

beforeAll(async () => {
  dir = await createTempDir('exports');
  recordings = await openRecordings(dir.path);
  plain = await recordings.addSession('plain', START_MS);
  await record(plain, 'first', START_MS, { width: 320, height: 180, seconds: 7, sound: true });
  // Two seconds are missing, and there is no sound any more.
  await record(plain, 'second', START_MS + 9_000, { width: 320, height: 180, seconds: 4, firstNumber: 20 });
  const nextDay = await recordings.addSession('next-day', START_MS + DAY_MS);
  await record(nextDay, 'third', START_MS + DAY_MS, { width: 320, height: 180, seconds: 3 });
  sources = [plain.location, nextDay.location];
  mixed = await recordings.addSession('mixed', START_MS);
  await record(mixed, 'large', START_MS, { width: 640, height: 360, seconds: 3 });
  await record(mixed, 'small', START_MS + 3_000, { width: 320, height: 240, seconds: 3, firstNumber: 40 });
});
afterAll(async () => {
  await recordings.close();
  await dir.close();
});

let sources: SessionLocation[];

async function record(
  session: RecordedSession,
  runId: string,
  startMs: number,
  source: Source,
): Promise<void> {
  const folder = join(dir.path, runId);
  const names = await encodeSource(folder, source);
  const lastMs = source.seconds * 1_000 - (names.length - 1) * SEGMENT_MS;
  const sound = source.sound ?? false;
  await session.addRun({ runId, startMs, folder, names, segmentMs: SEGMENT_MS, lastMs, sound });
}

async function exported(
  of: readonly SessionLocation[],
  fromMs: number,
  toMs: number,
  {
    burnIn,
    elsewhere = [],
  }: {
    burnIn?: { wallClock: boolean; user: boolean; caseNumber: boolean };
    elsewhere?: MediaElsewhere[];
  } = {},
): Promise<VideoFile & { message: string | null; path: string }> {
  const folder = join(dir.path, `export-${(exportCount += 1)}`);
  await mkdir(folder);
  const { recordingsDir } = recordings;
  const order: ExportOrder = {
    companyId: 'acme',
    from: { kind: 'user', userId: 'ann' },
    fromMs,
    toMs,
    caseNumber: "A-17: %{pts} 'quoted', \\n",
    output: { kind: 'video', trackId: 'display-1', ...(burnIn && { burnIn }) },
  };
  const { message } = await writeVideo(
    {
      exportId: 'e1',
      order,
      userName: 'Zoë',
      sources: of.map((location) => ({ ...location, trackId: 'display-1' })),
      elsewhere,
    },
    { folder, file: 'out' },
    {
      tracks: createTrackReader({ recordingsDir, manifests: createManifestReader() }),
      store: createLocalSegmentStore({ recordingsDir }),
      clock: systemClock,
    },
    { signal: new AbortController().signal, onProgress: () => undefined },
  );
  return { ...(await readVideoFile(join(folder, 'out'))), message, path: join(folder, 'out') };
}

/** The numbers that follow each other from `first` on. */
const counted = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => (first + at) % NUMBERS);
const numbersOf = ({ pictures }: VideoFile): number[] => pictures.map(({ number }) => number);

describe('an exported video', () => {
  it('is copied from the key frame before, and ends at the very frame', async () => {
    const video = await exported([plain.location], START_MS + 2_500, START_MS + 5_000);
    expect(video.complaints).toBe('');
    expect(numbersOf(video)).toEqual(counted(2 * FPS, 3 * FPS));
    expect(video.durationS).toBeCloseTo(3, 1);
    expect(video.codecs).toEqual(['h264', 'aac']);
    expect(video.message).toContain('begins 0.5 s before');
  });

  it('begins at the last key frame within a segment', async () => {
    const video = await exported([plain.location], START_MS + 3_200, START_MS + 4_000);
    expect(numbersOf(video)).toEqual(counted(3 * FPS, FPS));
  });

  it('goes over gaps, sessions and days, and says what it leaves out', async () => {
    const video = await exported(sources, START_MS, START_MS + DAY_MS + 3_000);
    expect(video.complaints).toBe('');
    expect(numbersOf(video)).toEqual([
      ...counted(0, 7 * FPS),
      ...counted(20, 4 * FPS),
      ...counted(0, 3 * FPS),
    ]);
    expect(video.durationS).toBeCloseTo(14, 0);
    const starts = [7 * FPS, 11 * FPS].map((at) => video.pictures[at]?.atS ?? Number.NaN);
    expect(starts[0]).toBeCloseTo(7, 1);
    expect(starts[1]).toBeCloseTo(11, 1);
    expect(video.message).toContain(`${(DAY_MS / 1_000 - 11).toFixed(1)} s of the range are not recorded`);
  });

  it('is scaled and padded to the largest when sizes differ, exact to a frame', async () => {
    const video = await exported([mixed.location], START_MS + 1_500, START_MS + 4_500);
    expect([video.width, video.height, video.complaints]).toEqual([640, 360, '']);
    expect(video.pictures).toHaveLength(3 * FPS);
    expect(numbersOf(video).slice(0, 1.5 * FPS)).toEqual(counted(45, 1.5 * FPS));
    expect(video.pictures.at(-1)?.atS).toBeCloseTo(3 - 1 / FPS, 2);
    expect(video.message).toBeNull();
  });

  it('shows clock, user and case number when they are burnt in, exact to a frame', async () => {
    const burnIn = { wallClock: true, user: true, caseNumber: true };
    const [burnt, copied] = [
      await exported([mixed.location], START_MS + 500, START_MS + 2_000, { burnIn }),
      await exported([mixed.location], START_MS + 500, START_MS + 2_000),
    ];
    expect(burnt.complaints).toBe('');
    expect(burnt.pictures).toHaveLength(1.5 * FPS);
    expect(burnt.message).toBeNull();
    // The last frame before, which a copy begins with, is not in there.
    expect(copied.pictures).toHaveLength(2 * FPS);
  });

  it('of nothing says so', async () => {
    await expect(exported([plain.location], START_MS + 7_500, START_MS + 8_000)).rejects.toMatchObject({
      code: 'nothing-recorded',
    });
  });
});
