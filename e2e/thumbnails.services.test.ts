import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalSegmentStore, createSprites, openFileCache } from '@sightline/recorder/export';
import { encodeRunFolder } from '@sightline/shared';
import { encodeSource, numberOf, openRecordings, type Recordings } from './exports/recordedSession.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';

const exec = promisify(execFile);
const START_MS = Date.parse('2026-03-01T12:00:00Z');
const SEGMENT_MS = 2_000;

let dir: TempDir;
let recordings: Recordings;

beforeAll(async () => {
  dir = await createTempDir('thumbnails');
  recordings = await openRecordings(dir.path);
});
afterAll(async () => {
  await recordings.close();
  await dir.close();
});

/** The numbers that the cells of a sprite tell, row by row. */
async function numbersIn(jpeg: Buffer, cells: number): Promise<number[]> {
  const path = join(dir.path, 'sprite.jpg');
  await writeFile(path, jpeg);
  const { stdout } = await exec(
    'ffmpeg',
    ['-v', 'error', '-i', path, '-vf', 'extractplanes=y', '-f', 'rawvideo', '-'],
    { encoding: 'buffer' },
  );
  const widthPx = 5 * 160;
  return Array.from({ length: cells }, (_, at) => {
    const [x, y] = [(at % 5) * 160 + 80, Math.floor(at / 5) * 90 + 45];
    // JPEG has the full range of brightness, video has not.
    const luma = 16 + ((stdout[y * widthPx + x] ?? 0) * 219) / 255;
    return numberOf(luma);
  });
}

describe('the thumbnails of a track', () => {
  it('are the first pictures of its segments, each in its place, whatever their sizes', async () => {
    const session = await recordings.addSession('s1', START_MS);
    const segments: { runFolder: string; name: { index: number; startMs: number; durationMs: number } }[] =
      [];
    for (const [at, [runId, width, height]] of (
      [
        ['large', 640, 360],
        ['small', 320, 240],
      ] as const
    ).entries()) {
      const folder = join(dir.path, runId);
      const names = await encodeSource(folder, {
        width,
        height,
        seconds: 6,
        sound: true,
        firstNumber: at * 7,
      });
      const startMs = START_MS + at * 6_000;
      await session.addRun({ runId, startMs, folder, names, segmentMs: SEGMENT_MS, lastMs: SEGMENT_MS });
      const runFolder = `${session.trackFolder}/${encodeRunFolder(runId)}`;
      for (const index of names.keys()) {
        const name = { index, startMs: startMs + index * SEGMENT_MS, durationMs: SEGMENT_MS };
        segments.push({ runFolder, name });
      }
    }
    const store = createLocalSegmentStore({ recordingsDir: recordings.recordingsDir });
    const cache = await openFileCache({ folder: join(dir.path, 'cache'), maxBytes: 1e6 });
    const sprite = {
      trackFolder: session.trackFolder,
      number: 1,
      segments: segments.map((segment, at) => ({
        ...segment,
        ...{ sha256: String(at), discontinuous: false, shownMs: segment.name.durationMs },
      })),
    };
    const sprites = createSprites({ store, cache });
    const [drawn, again] = await Promise.all([sprites.draw(sprite), sprites.draw(sprite)]);
    expect(await numbersIn(drawn?.bytes ?? Buffer.alloc(0), 6)).toEqual([0, 10, 20, 7, 17, 27]);
    expect(again?.bytes).toEqual(drawn?.bytes);
    for (const { runFolder, name } of segments) await store.remove({ runFolder, name });
    expect((await sprites.draw(sprite))?.tag).toBe(drawn?.tag);
    const other = { ...sprite, segments: sprite.segments.slice(1) };
    expect(await sprites.draw(other)).toBeUndefined();
  });
});
