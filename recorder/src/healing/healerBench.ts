import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Interval, ManifestEntry, Segment } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createManifests, manifestPathOf, type Manifests } from '../evidence/manifests.ts';
import { readManifest } from '../evidence/manifestReader.ts';
import { createTestKey } from '../evidence/testKey.ts';
import { createLocalSegmentStore } from '../store/localSegmentStore.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { runFolderOf } from '../store/runFolder.ts';
import { aPiece } from './aPiece.ts';
import { convertedFile, type Conversion } from './conversion.ts';
import { createHealer, type Healer, type HealingSfu } from './healer.ts';
import { createPlacement } from './placement.ts';
import { openUploadFolder, type UploadFolder } from './uploadFolder.ts';

/** The file that is healed in tests. */
export const CONTENT = Buffer.from('what an agent recorded');
/** What is known of it. */
export const order = aPiece({ bytes: CONTENT.length, sha256: sha256(CONTENT) });
/** What of it is missing in the recording. */
export const GAPS: readonly Interval[] = [{ fromMs: order.fromMs + 1_000, toMs: order.toMs }];

const { pieceId } = order;
const logger = createLogger('test', 'silent');
const sealKey = createTestKey();

/** How a recorder's process is to go. */
export interface ProcessOptions {
  /** It dies at this step; nothing that it does afterwards counts. */
  killAt?: number;
  convert?: Conversion;
  /** May have the sfu fail once in a while. */
  refuse?: (name: string) => void;
  hasRoom?: () => boolean;
  /** Changes the store that segments are put into. */
  store?: (store: SegmentStore) => SegmentStore;
}

/** A recorder's disk, the sfu as far as healing needs it, and processes that come and go between them. */
export interface HealerBench {
  readonly clock: ManualClock;
  readonly uploads: UploadFolder;
  readonly uploadsDir: string;
  readonly recordingsDir: string;
  /** What the sfu was asked. */
  readonly asked: string[];
  /** What the agent is told of its piece. */
  readonly outcomes: string[];
  /** What the sfu says is missing: one after the other, the last for ever. */
  gaps: (readonly Interval[] | null)[];
  upload(content: Buffer): Promise<void>;
  /** Everything as at the beginning. */
  reset(): Promise<void>;
  start(options?: ProcessOptions): { healer: Healer; isDead: () => boolean };
  entries(): Promise<ManifestEntry[]>;
  expectHealedOnce(): Promise<void>;
  remove(): Promise<void>;
}

/** Lets a process do all that it can without time passing. */
export async function live({ healer }: { healer: Healer }): Promise<void> {
  healer.add(pieceId);
  healer.resume();
  await healer.close();
}

/** Builds a {@link HealerBench} to which {@link CONTENT} was uploaded. */
export async function createHealerBench(): Promise<HealerBench> {
  const root = await mkdtemp(join(tmpdir(), 'sightline-healer-'));
  const [recordingsDir, uploadsDir] = [join(root, 'recordings'), join(root, 'uploads')];
  await mkdir(recordingsDir);
  const clock = createManualClock(order.toMs + 60_000);
  const uploads = await openUploadFolder(uploadsDir, logger);
  /** What the sfu has, by run and index. */
  const announced = new Map<string, Segment>();

  const createSfu = (
    step: <T>(work: () => Promise<T>) => Promise<T>,
    refuse: (name: string) => void,
  ): HealingSfu => {
    const ask = <T>(name: string, answer: () => T): Promise<T> =>
      step(() => {
        bench.asked.push(name);
        refuse(name);
        return Promise.resolve(answer());
      });
    const nextGaps = () => (bench.gaps.length > 1 ? bench.gaps.shift() : bench.gaps[0]);
    return {
      caughtUp: () => ask('caughtUp', () => undefined),
      uploaded: () =>
        ask('uploaded', () => {
          const gaps = nextGaps();
          return gaps === undefined || gaps === null ? null : [...gaps];
        }),
      recorded: (runId, segment) =>
        ask('recorded', () => void announced.set(`${runId}/${segment.index}`, segment)),
      finished: (_pieceId, outcome, message) =>
        ask('finished', () => void bench.outcomes.push(message === '' ? outcome : `${outcome}: ${message}`)),
    };
  };

  const bench: HealerBench = {
    clock,
    uploads,
    uploadsDir,
    recordingsDir,
    asked: [],
    outcomes: [],
    gaps: [GAPS],
    async upload(content) {
      await uploads.ensure(order);
      await writeFile(uploads.pathOf(pieceId, 'media'), content);
    },
    async reset() {
      await rm(recordingsDir, { recursive: true });
      await mkdir(recordingsDir);
      announced.clear();
      bench.outcomes.length = 0;
      await uploads.remove(pieceId);
      await bench.upload(CONTENT);
    },
    start({
      killAt = Number.POSITIVE_INFINITY,
      convert = conversion,
      refuse = () => undefined,
      hasRoom = () => true,
      store: changed = (store: SegmentStore) => store,
    } = {}) {
      let steps = 0;
      const alive = (): void => {
        steps += 1;
        if (steps >= killAt) throw new Error('killed');
      };
      const step = async <T>(work: () => Promise<T>): Promise<T> => {
        alive();
        const result = await work();
        alive();
        return result;
      };
      const manifests = createManifests({ recordingsDir, recorderId: 'r1', sealKey, clock, logger });
      const store = changed(createLocalSegmentStore({ recordingsDir }));
      const mortalManifests: Manifests = {
        ...manifests,
        async open(session) {
          const manifest = await manifests.open(session);
          try {
            alive();
          } catch (error) {
            await manifest.close();
            throw error;
          }
          return { ...manifest, append: (event) => step(() => manifest.append(event)) };
        },
      };
      const healer = createHealer({
        uploads: { ...uploads, remove: (id) => step(() => uploads.remove(id)) },
        conversion: { convert: (...given) => step(() => convert.convert(...given)) },
        placement: createPlacement({
          recordingsDir,
          manifests: mortalManifests,
          store: { ...store, add: (segment, path) => step(() => store.add(segment, path)) },
        }),
        sfu: createSfu(step, refuse),
        hasRoom,
        clock,
        logger,
      });
      return { healer, isDead: () => steps >= killAt };
    },
    async entries() {
      return (await readManifest(manifestPathOf(recordingsDir, order.location)))?.entries ?? [];
    },
    async expectHealedOnce() {
      const entries = await bench.entries();
      const ofRun = entries.filter((entry) => 'runId' in entry).map(({ type }) => type);
      expect(ofRun).toEqual(['run', 'heal', 'heal', 'run-end']);
      expect(entries.filter(({ type }) => type === 'heal')).toMatchObject([
        { runId: pieceId, index: 0, startMs: order.fromMs + 1_000, pieceSha256: order.sha256 },
        { runId: pieceId, index: 1, startMs: order.fromMs + 5_000, pieceSha256: order.sha256 },
      ]);
      expect(entries.at(-1)?.type).toBe('seal');
      expect([...announced.keys()]).toEqual([`${pieceId}/0`, `${pieceId}/1`]);
      const run = runFolderOf({ ...order.location, trackId: order.trackId, runId: pieceId });
      expect((await readdir(join(recordingsDir, run))).sort()).toEqual([
        `000000-${order.fromMs + 1_000}-4000.ts`,
        `000001-${order.fromMs + 5_000}-4000.ts`,
      ]);
      expect(new Set(bench.outcomes)).toEqual(new Set(['healed']));
      expect(await uploads.list()).toEqual([]);
    },
    remove: () => rm(root, { recursive: true }),
  };
  await bench.upload(CONTENT);
  return bench;
}

const conversion: Conversion = {
  async convert(_order, wanted, { converted }) {
    await mkdir(converted, { recursive: true });
    const segments: Segment[] = [];
    for (const [index, gap] of [...wanted, ...wanted].entries()) {
      const media = Buffer.from(`segment ${index}`);
      await writeFile(join(converted, convertedFile(index)), media);
      const startMs = gap.fromMs + index * 4_000;
      const durationMs = 4_000;
      segments.push({ index, startMs, durationMs, bytes: media.length, sha256: sha256(media), holes: [] });
    }
    return segments;
  },
};

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
