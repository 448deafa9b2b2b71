import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ManifestEntry, Segment } from '@sightline/shared';
import { createLogger, findLinkFault } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import fc from 'fast-check';
import { readManifest } from '../evidence/manifestReader.ts';
import { createManifests, manifestPathOf, type Manifests } from '../evidence/manifests.ts';
import { createTestKey } from '../evidence/testKey.ts';
import { createFakeEngine, type FakeEngine } from '../ffmpeg/fakeEngine.ts';
import { fakeTs } from '../ffmpeg/fakeTs.ts';
import { PTS_MODULUS } from '../ffmpeg/tsTimestamps.ts';
import { anOpenRun } from '../store/anOpenRun.ts';
import { createLocalSegmentStore } from '../store/localSegmentStore.ts';
import { folderOf } from '../store/openRuns.ts';
import { adoptRun } from './adoption.ts';
import { openRunJournal } from './runJournal.ts';

const FRAME = 3_000;
const run = anOpenRun();
const START_MS = run.session.sessionStartedAtMs;

/** Frames at 30 fps from `pts` on. */
const frames = (pts: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => (pts + at * FRAME) % PTS_MODULUS);

describe('a run that a killed recorder left', () => {
  let recordingsDir: string;
  let folder: string;

  beforeEach(async () => {
    engine = createFakeEngine();
    recordingsDir = await mkdtemp(join(tmpdir(), 'sightline-adopt-'));
    folder = join(recordingsDir, folderOf(run));
    await mkdir(folder, { recursive: true });
  });
  afterEach(() => rm(recordingsDir, { recursive: true }));

  const write = (name: string, content: Buffer | string): Promise<void> =>
    writeFile(join(folder, name), content);
  const logger = createLogger('test', 'silent');
  let engine: FakeEngine;
  const store = () => createLocalSegmentStore({ recordingsDir });
  const manifests = (): Manifests =>
    createManifests({
      recordingsDir,
      recorderId: 'recorder',
      sealKey: createTestKey(),
      clock: createManualClock(START_MS),
      logger,
    });
  const adopt = (left = run): Promise<Segment[]> =>
    adoptRun(left, { engine, recordingsDir, store: store(), manifests: manifests(), logger });
  const entries = async (): Promise<ManifestEntry[]> =>
    (await readManifest(manifestPathOf(recordingsDir, run.session)))?.entries ?? [];
  const listed = async (): Promise<ManifestEntry[]> =>
    (await entries()).filter(({ type }) => type === 'segment');
  /** Enters a run and its first segment, as a recorder does before it is killed. */
  const record = async (): Promise<Segment> => {
    const media = fakeTs(frames(0, 180));
    const sha256 = createHash('sha256').update(media).digest('hex');
    const segment = {
      index: 0,
      startMs: START_MS,
      durationMs: 6_000,
      bytes: media.length,
      sha256,
      holes: [],
    };
    const journal = await openRunJournal(manifests(), run);
    await journal.begin();
    await write(`000000-${START_MS}-6000.ts`, media);
    await journal.addSegment(segment);
    await journal.close();
    return segment;
  };

  it('keeps its closed segments and gets its tail, right behind the last of them', async () => {
    const first = await record();
    await write('000001.part.ts', fakeTs(frames(540_000, 31)));
    const segments = await adopt();
    expect(segments).toMatchObject([first, { index: 1, startMs: START_MS + 6_000, durationMs: 1_033 }]);
    expect((await entries()).map(({ type }) => type)).toEqual([
      ...['begin', 'seal', 'run', 'segment', 'seal', 'segment', 'run-end', 'seal'],
    ]);
    expect((await entries()).at(-2)).toMatchObject({ reason: 'recorder-lost' });
    expect(await readdir(folder)).toContain(`000001-${START_MS + 6_000}-1033.ts`);
  });

  it('enters closed segments that are missing from the manifest, and several parts', async () => {
    await write(`000000-${START_MS}-2000.ts`, fakeTs(frames(PTS_MODULUS - 180_000, 60)));
    await write('000001.part.ts', fakeTs(frames(PTS_MODULUS - 90_000, 60)));
    await write('000002.part.ts', fakeTs(frames(90_000, 30)));
    const segments = await adopt();
    expect(segments.map(({ startMs, durationMs }) => [startMs - START_MS, durationMs])).toEqual([
      [0, 2_000],
      [2_000, 2_000],
      [4_000, 1_000],
    ]);
    expect(await listed()).toMatchObject(segments);
  });

  it('counts as damaged from the part on from which something was lost that is not in the manifest', async () => {
    const first = await record();
    await write(`000001-${START_MS + 6_000}-1000.ts`, fakeTs(frames(540_000, 30)));
    await write('000002.part.ts', fakeTs(frames(630_000, 30)));
    await write('000003.part.ts', fakeTs(frames(720_000, 31)));
    const whole = (index: number, fromS: number, durationMs: number) => ({
      index,
      holes: [{ fromMs: START_MS + fromS * 1_000, toMs: START_MS + fromS * 1_000 + durationMs }],
    });
    const segments = await adopt({ ...run, lostFrom: 1 });
    expect(segments).toMatchObject([first, whole(1, 6, 1_000), whole(2, 7, 1_000), whole(3, 8, 1_033)]);
    expect(await listed()).toMatchObject(segments);
    expect(await adopt({ ...run, lostFrom: 1 })).toEqual(segments);
  });

  it('is whole up to the part from which on something was lost', async () => {
    await record();
    await write(`000001-${START_MS + 6_000}-1000.ts`, fakeTs(frames(540_000, 30)));
    await write('000002.part.ts', fakeTs(frames(630_000, 30)));
    await write('000003.part.ts', fakeTs(frames(720_000, 31)));
    expect((await adopt({ ...run, lostFrom: 3 })).map(({ holes }) => holes.length)).toEqual([0, 0, 0, 1]);
  });

  it('loses a frame at its end that is not whole, and the part if there is no other in it', async () => {
    const media = fakeTs(frames(540_000, 31));
    const frameBytes = fakeTs(frames(0, 2)).length - fakeTs(frames(0, 1)).length;
    engine.cutTornEnd = async (path) => {
      await truncate(path, (await readFile(path)).length - frameBytes);
      return true;
    };
    await record();
    await write('000001.part.ts', media);
    expect((await adopt()).map(({ durationMs }) => durationMs)).toEqual([6_000, 1_000]);
    await write('000002.part.ts', fakeTs(frames(633_000, 1)));
    expect(await adopt()).toHaveLength(2);
    expect(await readdir(folder)).not.toContain('000002.part.ts');
  });

  it('starts at its anchor if not even its first segment was closed', async () => {
    await write('000000.part.ts', fakeTs(frames(123, 30)));
    const segments = await adopt({ ...run, anchorMs: START_MS });
    expect(segments).toMatchObject([{ index: 0, startMs: START_MS, durationMs: 1_000 }]);
  });

  it('starts when its file was created if nothing else is known', async () => {
    await write('000000.part.ts', fakeTs(frames(0, 30)));
    const [segment] = await adopt();
    expect(Math.abs((segment?.startMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('loses parts without a frame', async () => {
    await write('000000.part.ts', '');
    expect(await adopt()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('gets its end also if somebody has removed its folder', async () => {
    await rm(folder, { recursive: true });
    expect(await adopt()).toEqual([]);
    expect((await entries()).map(({ type }) => type)).toContain('run-end');
  });

  it('is adopted to the same end wherever the recorder, and those that adopted it, were killed', async () => {
    await record();
    await write('000001.part.ts', fakeTs(frames(540_000, 31)));
    await write('000002.part.ts', fakeTs(frames(633_000, 31)));
    const before = `${recordingsDir}-before`;
    await cp(recordingsDir, before, { recursive: true });
    const reached = await adopt({ ...run, anchorMs: START_MS });
    const path = manifestPathOf(recordingsDir, run.session);
    const whole = await readFile(path);
    const media = await readdir(folder);
    // The order on disk: a file gets its name, then its entry. So whatever is cut off the manifest, its names are there.
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(whole.length), { minLength: 1, maxLength: 3 }),
        fc.nat(2),
        async (cuts, namedFirst) => {
          await rm(recordingsDir, { recursive: true });
          await cp(before, recordingsDir, { recursive: true });
          for (const name of media.slice(0, namedFirst + 1)) {
            const index = Number(name.slice(0, 6));
            if (index === 0) continue;
            await rm(join(folder, `00000${index}.part.ts`));
            await write(name, fakeTs(frames(index === 1 ? 540_000 : 633_000, 31)));
          }
          for (const cut of cuts) {
            await adopt();
            const { length } = await readFile(path);
            await truncate(path, Math.min(cut, length));
          }
          expect(await adopt()).toEqual(reached);
          const found = await entries();
          for (const [at, entry] of found.entries()) {
            expect(findLinkFault(found[at - 1], entry)).toBeUndefined();
          }
          const count = (type: string): number => found.filter((entry) => entry.type === type).length;
          expect([count('begin'), count('run'), count('segment'), count('run-end')]).toEqual([1, 1, 3, 1]);
          expect(await readdir(folder)).toEqual(media);
        },
      ),
      { numRuns: 25 },
    );
    await rm(before, { recursive: true });
  });
});
