import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProtocolError, type Interval, type ManifestEntry, type Segment } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createManifests, manifestPathOf, type Manifests } from '../evidence/manifests.ts';
import { readManifest } from '../evidence/manifestReader.ts';
import { createTestKey } from '../evidence/testKey.ts';
import { createLocalSegmentStore } from '../store/localSegmentStore.ts';
import { runFolderOf } from '../store/runFolder.ts';
import { aPiece } from './aPiece.ts';
import { convertedFile, UnusablePiece, type Conversion } from './conversion.ts';
import { createHealer, type Healer, type HealingSfu } from './healer.ts';
import { createPlacement } from './placement.ts';
import { openUploadFolder, type UploadFolder } from './uploadFolder.ts';

const CONTENT = Buffer.from('what an agent recorded');
const order = aPiece({ bytes: CONTENT.length, sha256: sha256(CONTENT) });
const { pieceId } = order;
const GAPS = [{ fromMs: order.fromMs + 1_000, toMs: order.toMs }];
const logger = createLogger('test', 'silent');

const sealKey = createTestKey();

let root: string;
let clock: ManualClock;
let uploads: UploadFolder;
let asked: string[];
/** What the sfu has, by run and index. */
let announced: Map<string, Segment>;
let outcomes: string[];
let gaps: (Interval[] | null)[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sightline-healer-'));
  await mkdir(join(root, 'recordings'));
  clock = createManualClock(order.toMs + 60_000);
  uploads = await openUploadFolder(join(root, 'uploads'));
  asked = [];
  announced = new Map();
  outcomes = [];
  gaps = [GAPS];
  await upload(CONTENT);
});
afterEach(() => rm(root, { recursive: true }));

async function upload(content: Buffer): Promise<void> {
  await uploads.ensure(order);
  await writeFile(uploads.pathOf(pieceId, 'media'), content);
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

/** The sfu as far as healing needs it. `refuse` may have it fail once in a while. */
function createSfu(
  step: <T>(work: () => Promise<T>) => Promise<T>,
  refuse: (name: string) => void,
): HealingSfu {
  const ask = <T>(name: string, answer: () => T): Promise<T> =>
    step(() => {
      asked.push(name);
      refuse(name);
      return Promise.resolve(answer());
    });
  return {
    caughtUp: () => ask('caughtUp', () => undefined),
    uploaded: () => ask('uploaded', () => (gaps.length > 1 ? (gaps.shift() ?? null) : (gaps[0] ?? null))),
    recorded: (runId, segment) =>
      ask('recorded', () => void announced.set(`${runId}/${segment.index}`, segment)),
    finished: (_pieceId, outcome, message) =>
      ask('finished', () => void outcomes.push(message === '' ? outcome : `${outcome}: ${message}`)),
  };
}

/** A recorder's process that dies at its `killAt`-th step; nothing that it does afterwards counts. */
function startProcess({
  killAt = Number.POSITIVE_INFINITY,
  convert = conversion,
  refuse = () => undefined,
}: { killAt?: number; convert?: Conversion; refuse?: (name: string) => void } = {}): {
  healer: Healer;
  isDead: () => boolean;
} {
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
  const recordingsDir = join(root, 'recordings');
  const manifests = createManifests({ recordingsDir, recorderId: 'r1', sealKey, clock, logger });
  const store = createLocalSegmentStore({ recordingsDir });
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
    clock,
    logger,
  });
  return { healer, isDead: () => steps >= killAt };
}

/** Lets a process do all that it can without time passing. */
async function live({ healer }: { healer: Healer }): Promise<void> {
  healer.add(pieceId);
  healer.resume();
  await healer.close();
}
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

const entries = async (): Promise<ManifestEntry[]> =>
  (await readManifest(manifestPathOf(join(root, 'recordings'), order.location)))?.entries ?? [];
const typesOfRun = async (): Promise<string[]> =>
  (await entries()).filter((entry) => 'runId' in entry).map(({ type }) => type);

async function expectHealedOnce(): Promise<void> {
  expect(await typesOfRun()).toEqual(['run', 'heal', 'heal', 'run-end']);
  const healed = (await entries()).flatMap((entry) => (entry.type === 'heal' ? [entry] : []));
  expect(healed).toMatchObject([
    { runId: pieceId, index: 0, startMs: order.fromMs + 1_000, pieceSha256: order.sha256 },
    { runId: pieceId, index: 1, startMs: order.fromMs + 5_000, pieceSha256: order.sha256 },
  ]);
  expect((await entries()).at(-1)?.type).toBe('seal');
  expect([...announced.keys()]).toEqual([`${pieceId}/0`, `${pieceId}/1`]);
  const run = join(
    root,
    'recordings',
    runFolderOf({ ...order.location, trackId: order.trackId, runId: pieceId }),
  );
  expect((await readdir(run)).sort()).toEqual([
    `000000-${order.fromMs + 1_000}-4000.ts`,
    `000001-${order.fromMs + 5_000}-4000.ts`,
  ]);
  expect(new Set(outcomes)).toEqual(new Set(['healed']));
  expect(await uploads.list()).toEqual([]);
}

describe('a piece', () => {
  it('becomes a run of its own, sealed, announced and confirmed, and its upload goes', async () => {
    await live(startProcess());
    await expectHealedOnce();
    expect(outcomes).toEqual(['healed']);
    expect((await entries()).find(({ type }) => type === 'run')).toMatchObject({
      type: 'run',
      source: 'healed',
      trackId: 'display-1',
      label: 'Screen',
    });
    expect(asked).toEqual(['caughtUp', 'uploaded', 'recorded', 'recorded', 'finished']);
  });

  it('is healed exactly once, wherever the recorder is killed', async () => {
    let kills = 0;
    for (let killAt = 1; ; killAt += 1) {
      await rm(join(root, 'recordings'), { recursive: true });
      await mkdir(join(root, 'recordings'));
      announced.clear();
      outcomes = [];
      await uploads.remove(pieceId);
      await upload(CONTENT);
      const first = startProcess({ killAt });
      await live(first);
      if (!first.isDead()) break;
      kills += 1;
      await live(startProcess());
      await expectHealedOnce();
    }
    expect(kills).toBeGreaterThan(20);
  });

  it('is asked about again as long as live segments may still come', async () => {
    gaps = [null, null, GAPS];
    const { healer } = startProcess();
    healer.add(pieceId);
    healer.resume();
    for (const count of [1, 2, 3]) {
      await until(() => Promise.resolve(asked.filter((name) => name === 'uploaded').length === count));
      if (count < 3) await until(() => Promise.resolve(clock.pending > 0));
      clock.advance(2_000);
    }
    await until(async () => (await uploads.find(pieceId)) === undefined);
    await healer.close();
    await expectHealedOnce();
  });

  it('is not needed if nothing of it is missing', async () => {
    gaps = [[]];
    await live(startProcess());
    expect(outcomes).toEqual(['not-needed: It was recorded already.']);
    expect(await entries()).toEqual([]);
    expect(await uploads.list()).toEqual([]);
  });

  it('comes again if it is not what was announced, and is given up after three times', async () => {
    const { healer } = startProcess();
    healer.resume();
    for (const left of [[], [], ['unusable: What is uploaded never has the checksum that was announced.']]) {
      await upload(Buffer.from(CONTENT).fill(0, 3, 4));
      healer.add(pieceId);
      await until(async () => (await uploads.find(pieceId)) === undefined);
      expect(outcomes).toEqual(left);
    }
    await healer.close();
    expect(asked).not.toContain('uploaded');
  });

  it('is unusable if there is nothing in it, and says why', async () => {
    const convert: Conversion = {
      convert: () => Promise.reject(new UnusablePiece('There is no picture in it.')),
    };
    await live(startProcess({ convert }));
    expect(outcomes).toEqual(['unusable: There is no picture in it.']);
    expect(await uploads.list()).toEqual([]);
    const aside = join(root, 'uploads', 'unusable');
    expect(await readFile(join(aside, pieceId, 'media'))).toEqual(CONTENT);
    await uploads.removeSetAside(Date.now() + 1_000);
    expect(await readdir(aside)).toEqual([]);
    expect(await entries()).toEqual([]);
  });

  it('is dropped if it is another recorder’s now', async () => {
    const refuse = (name: string): void => {
      if (name === 'uploaded') throw new ProtocolError('unknown-piece', 'not yours');
    };
    await live(startProcess({ refuse }));
    expect(outcomes).toEqual([]);
    expect(await uploads.list()).toEqual([]);
  });

  it('stays while the sfu cannot be reached, or the disk is full, and is tried again', async () => {
    let failures = 2;
    const refuse = (name: string): void => {
      if (name === 'recorded' && failures-- > 0) throw new ProtocolError('not-connected', 'gone');
    };
    const { healer } = startProcess({ refuse });
    healer.add(pieceId);
    expect(asked).toEqual([]);
    healer.resume();
    for (let round = 0; round < 2; round += 1) {
      await until(() => Promise.resolve(asked.filter((name) => name === 'recorded').length === round + 1));
      await until(() => Promise.resolve(clock.pending > 0));
      expect(await uploads.find(pieceId)).toBeDefined();
      clock.advance(5_000);
    }
    await until(async () => (await uploads.find(pieceId)) === undefined);
    await healer.close();
    await expectHealedOnce();
    expect(asked.filter((name) => name === 'uploaded')).toHaveLength(1);
  });

  it('waits until all of it has come', async () => {
    await upload(CONTENT.subarray(0, 5));
    const { healer } = startProcess();
    healer.resume();
    healer.add(pieceId);
    await new Promise((resolve) => setImmediate(resolve));
    await healer.close();
    expect(asked).toEqual([]);
    expect(await uploads.find(pieceId)).toMatchObject({ receivedBytes: 5 });
  });
});

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
