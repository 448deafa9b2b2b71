import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Segment } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { fakeTs } from '../ffmpeg/fakeTs.ts';
import { createLocalSegmentStore } from '../store/localSegmentStore.ts';
import { openRunFolder, type RunFolder } from '../store/runFolder.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { createLossMarks } from './lossMarks.ts';
import { createSegmentClock } from './segmentClock.ts';
import { createSegmentCollector } from './segmentCollector.ts';

const START_MS = 1_700_000_000_000;
const SECOND = 90_000;

describe('a segment in which something was lost', () => {
  let dir: string;
  let folder: RunFolder;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-collector-'));
    folder = openRunFolder(dir, 'run');
    await mkdir(folder.path);
  });
  afterEach(() => rm(dir, { recursive: true }));

  it.each(['add', 'enter'] as const)(
    'keeps its hole if the disk is full when it is closed, and it can be a moment later: %s',
    async (step) => {
      let failures = 1;
      const fail = (at: typeof step): void => {
        if (at === step && failures-- > 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      };
      const local = createLocalSegmentStore({ recordingsDir: dir });
      const store: SegmentStore = {
        ...local,
        async add(segment, path) {
          fail('add');
          await local.add(segment, path);
        },
      };
      const segments: Segment[] = [];
      const clock = createSegmentClock();
      const time = createManualClock(START_MS);
      const losses = createLossMarks({
        ...{ heldFrames: 1, hasAudio: false, dropsDamaged: false, clock: time },
        locate: () => Promise.resolve(undefined),
        overflowed: () => Promise.resolve(false),
        remember: () => Promise.resolve(),
      });
      const collector = createSegmentCollector({
        ...{ folder, store, clock, losses },
        enter: async () => fail('enter'),
        anchor: () => Promise.resolve(),
        logger: createLogger('test', 'silent'),
        onSegment: (segment) => segments.push(segment),
        cutTornEnd: () => Promise.resolve(false),
      });
      const frames = [0, 1, 2, 3, 4].map((second) => second * SECOND);
      clock.addKeyFrame({ rtpTimestamp: 0, atMs: START_MS });
      const intact = fakeTs(frames.slice(0, 3));
      await writeFile(folder.partPath(0), intact);
      await collector.collect(0);
      for (let look = 0; look < 2; look += 1) {
        time.advance(1_000);
        losses.seen({ index: 0, bytes: intact.length }, time.nowMs());
      }
      await losses.add();
      await writeFile(folder.partPath(0), fakeTs(frames));
      clock.addKeyFrame({ rtpTimestamp: 6 * SECOND, atMs: START_MS + 6_000 });
      await writeFile(folder.partPath(1), fakeTs([6 * SECOND]));
      await expect(collector.collect(1)).rejects.toThrow('full');
      await collector.finish();
      expect(segments).toMatchObject([
        {
          startMs: START_MS,
          durationMs: 6_000,
          holes: [{ fromMs: START_MS + 2_000, toMs: START_MS + 6_000 }],
        },
        { startMs: START_MS + 6_000, holes: [] },
      ]);
    },
  );
});
