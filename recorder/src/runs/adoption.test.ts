import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_HASH } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { fakeTs } from '../ffmpeg/fakeTs.ts';
import { PTS_MODULUS } from '../ffmpeg/tsTimestamps.ts';
import { readRunIndex } from '../store/runIndex.ts';
import { adoptRun } from './adoption.ts';

const START_MS = 1_700_000_000_000;
const FRAME = 3_000;

/** Frames at 30 fps from `pts` on. */
const frames = (pts: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => (pts + at * FRAME) % PTS_MODULUS);

describe('a run that a killed recorder left', () => {
  let recordingsDir: string;
  let folder: string;
  beforeEach(async () => {
    recordingsDir = await mkdtemp(join(tmpdir(), 'sightline-adopt-'));
    folder = join(recordingsDir, 'run');
    await mkdir(folder);
  });
  afterEach(() => rm(recordingsDir, { recursive: true }));

  const write = (name: string, content: Buffer | string): Promise<void> =>
    writeFile(join(folder, name), content);
  const adopt = () =>
    adoptRun(
      { runId: 'run', folder: 'run', rtcpPort: 1 },
      { recordingsDir, clock: createManualClock(START_MS), logger: createLogger('test', 'silent') },
    );
  const index = async () => (await readRunIndex(join(folder, 'index.jsonl'))).lines;

  it('keeps its closed segments and gets its tail, right behind the last of them', async () => {
    await write(`000000-${START_MS}-6000.ts`, fakeTs(frames(0, 180)));
    await write('000001.part.ts', fakeTs(frames(540_000, 31)));
    await write(
      'index.jsonl',
      `${JSON.stringify({ type: 'segment', index: 0, startMs: START_MS, durationMs: 6_000, bytes: 1, sha256: NO_HASH, holes: [] })}\n`,
    );
    const segments = await adopt();
    expect(segments).toMatchObject([
      { index: 0, startMs: START_MS, durationMs: 6_000 },
      { index: 1, startMs: START_MS + 6_000, durationMs: 1_033 },
    ]);
    expect(await index()).toMatchObject([
      { type: 'segment', index: 0 },
      { type: 'segment', index: 1 },
      { type: 'end', reason: 'recorder-lost' },
    ]);
    expect(await readdir(folder)).toContain(`000001-${START_MS + 6_000}-1033.ts`);
  });

  it('enters closed segments that are missing from the index, and several parts', async () => {
    await write(`000000-${START_MS}-2000.ts`, fakeTs(frames(PTS_MODULUS - 180_000, 60)));
    await write('000001.part.ts', fakeTs(frames(PTS_MODULUS - 90_000, 60)));
    await write('000002.part.ts', fakeTs(frames(90_000, 30)));
    const segments = await adopt();
    expect(segments.map(({ startMs, durationMs }) => [startMs - START_MS, durationMs])).toEqual([
      [0, 2_000],
      [2_000, 2_000],
      [4_000, 1_000],
    ]);
    expect((await index()).filter(({ type }) => type === 'segment')).toHaveLength(3);
  });

  it('starts at its anchor if not even its first segment was closed', async () => {
    await write('000000.part.ts', fakeTs(frames(123, 30)));
    await write('index.jsonl', `${JSON.stringify({ type: 'anchor', atMs: START_MS })}\n`);
    expect(await adopt()).toMatchObject([{ index: 0, startMs: START_MS, durationMs: 1_000 }]);
  });

  it('starts when its file was created if nothing else is known', async () => {
    await write('000000.part.ts', fakeTs(frames(0, 30)));
    const [segment] = await adopt();
    expect(Math.abs((segment?.startMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('loses parts without a frame', async () => {
    await write('000000.part.ts', '');
    expect(await adopt()).toEqual([]);
    expect(await readdir(folder)).toEqual(['index.jsonl']);
  });

  it('is let go if somebody has removed its folder', async () => {
    await rm(folder, { recursive: true });
    expect(await adopt()).toEqual([]);
  });

  it('is left alone when it is adopted again', async () => {
    await write('000000.part.ts', fakeTs(frames(0, 30)));
    const first = await adopt();
    const lines = await index();
    expect(await adopt()).toEqual(first);
    expect(await index()).toEqual(lines);
  });
});
