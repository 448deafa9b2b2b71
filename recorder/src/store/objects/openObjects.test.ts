import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeSegmentName } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { createProblems, type Problems } from '../../retention/problems.ts';
import { parseEncryptionKeys } from '../encryption/encryptionKeys.ts';
import { createSegmentCipher } from '../encryption/segmentCipher.ts';
import { createHoldRegister } from '../holdRegister.ts';
import { createLocalSegmentStore } from '../localSegmentStore.ts';
import { SegmentUnavailable } from '../segmentStore.ts';
import { createStoredFiles } from '../storedFiles.ts';
import { createFakeObjectStore, type FakeObjectStore } from './fakeObjectStore.ts';
import { openLegalHolds } from './legalHolds.ts';
import { openObjects, type Objects } from './openObjects.ts';

const KEEP_MS = 3_600_000;
const SESSION = 'acme/zoe/2023/11/14/s1';
const RUN = `${SESSION}/display-1/r1`;
const MANIFEST = `${SESSION}/manifest.jsonl`;
const logger = createLogger('test', 'silent');
const name = (index: number) => ({ index, startMs: 1_700_000_000_000 + index, durationMs: 6_000 });
const ref = (index: number) => ({ runFolder: RUN, name: name(index) });
const fileOf = (index: number): string => encodeSegmentName(name(index));
const keyOf = (index: number): string => `${RUN}/${fileOf(index)}`;

describe('an object store behind the local disk', () => {
  let dir: string;
  let clock: ReturnType<typeof createManualClock>;
  let problems: Problems;
  let bucket: FakeObjectStore;
  let store: Objects;

  const open = async (key?: string): Promise<void> => {
    const cipher = createSegmentCipher(key === undefined ? undefined : parseEncryptionKeys(key, 'key'));
    const common = { objects: bucket, problems, clock, random: () => 0, logger };
    const register = await createHoldRegister(join(dir, 'held-media'), logger);
    store = openObjects({
      ...common,
      recordingsDir: dir,
      holds: await openLegalHolds({ ...common, register }),
      files: createStoredFiles(dir, cipher),
      cipher,
      keepMs: KEEP_MS,
    });
  };
  const restart = async (key?: string): Promise<void> => {
    await store.close();
    await open(key);
    store.start();
  };
  const add = async (index: number, content = 'media'): Promise<void> => {
    const part = join(dir, RUN, `00000${index}.part.ts`);
    await writeFile(part, content);
    await store.segments.add(ref(index), part);
  };
  const files = async (): Promise<string[]> => (await readdir(join(dir, RUN))).toSorted();
  const codes = (): string[] => problems.list().map(({ code }) => code);
  /** Files are written and read meanwhile. */
  const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await what())) await new Promise((resolve) => setImmediate(resolve));
  };
  const uploaded = (): Promise<void> => until(() => store.backlog().segments === 0);

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-objects-'));
    await mkdir(join(dir, RUN), { recursive: true });
    clock = createManualClock(1_700_000_000_000);
    problems = createProblems({ clock, logger });
    bucket = createFakeObjectStore();
    await open();
  });
  afterEach(async () => {
    await store.close();
    await rm(dir, { recursive: true });
  });

  it('lets go of the local copy only when it was stored, and some time later', async () => {
    await add(0);
    await uploaded();
    expect(bucket.objects.get(keyOf(0))?.toString()).toBe('media');
    clock.advance(KEEP_MS - 60_000);
    expect(await files()).toEqual([fileOf(0), `${fileOf(0)}.s3`]);
    clock.advance(60_000);
    await until(async () => (await files()).length === 1);
    expect(await files()).toEqual([`${fileOf(0)}.s3`]);
    expect((await store.segments.read(ref(0))).toString()).toBe('media');
    expect(await store.segments.list(RUN)).toEqual([name(0)]);
  });

  it('is missed by a recorder without it, which neither takes media for lost nor for deleted', async () => {
    await add(0);
    await uploaded();
    await until(async () => (await files()).length === 2);
    await store.makeRoom(1);
    const local = createLocalSegmentStore({ recordingsDir: dir });
    expect(await local.list(RUN)).toEqual([name(0)]);
    const missed = { code: 'store-not-configured' };
    await expect(local.read(ref(0))).rejects.toMatchObject(missed);
    await expect(local.remove(ref(0))).rejects.toMatchObject(missed);
  });

  it.each(['store-unreachable', 'store-refused', 'checksum-mismatch'] as const)(
    'keeps everything, says so, and tries again with pauses that grow: %s',
    async (fault) => {
      bucket.fault = fault;
      await add(0);
      await until(() => codes().includes(fault));
      expect(store.backlog()).toEqual({ segments: 1, bytes: 5 });
      // Half of 1, 2 and 4 s, for there is no luck in this test.
      for (const [at, pauseMs] of [500, 1_000, 2_000].entries()) {
        await until(() => clock.pending === 2);
        clock.advance(pauseMs - 1);
        expect(bucket.attempts).toHaveLength(at + 1);
        clock.advance(1);
        await until(() => bucket.attempts.length > at + 1);
      }
      clock.advance(KEEP_MS);
      expect(await files()).toEqual([fileOf(0)]);
      bucket.fault = undefined;
      clock.advance(60_000);
      await uploaded();
      expect(codes()).toEqual([]);
      expect(bucket.objects.size).toBe(1);
    },
  );

  it('lets what it cannot store rest, and stores the others meanwhile', async () => {
    bucket.fault = 'checksum-mismatch';
    await add(0);
    await until(() => codes().includes('checksum-mismatch'));
    bucket.fault = undefined;
    await add(1);
    await until(() => bucket.objects.has(keyOf(1)));
    expect(codes()).toEqual(['checksum-mismatch']);
    clock.advance(500);
    await uploaded();
    expect(codes()).toEqual([]);
  });

  it('finds after a restart what is not stored yet, and what is', async () => {
    await add(0);
    await uploaded();
    bucket.fault = 'store-unreachable';
    await add(1);
    await writeFile(join(dir, MANIFEST), '{}\n');
    await restart();
    bucket.fault = undefined;
    await until(async () => (await files()).length === 4 || (clock.advance(1_000), false));
    expect(bucket.attempts.filter((key) => key === keyOf(0))).toHaveLength(1);
    await until(async () => (await files()).length === 2 || (clock.advance(KEEP_MS), false));
    await appendFile(join(dir, MANIFEST), '{}\n{"half');
    await restart();
    await until(() => bucket.objects.get(MANIFEST)?.toString() === '{}\n{}\n');
  });

  it('stores again what has a receipt that cannot be read, and holds up no other for it', async () => {
    for (const index of [0, 1]) await add(index);
    await uploaded();
    await until(async () => (await files()).length === 4);
    await store.close();
    await writeFile(join(dir, RUN, `${fileOf(0)}.s3`), '');
    await rm(join(dir, RUN, `${fileOf(1)}.s3`));
    bucket.objects.clear();
    await open();
    store.start();
    await until(() => bucket.objects.size === 2);
    await until(async () => (await readFile(join(dir, RUN, `${fileOf(0)}.s3`), 'utf8')) !== '');
  });

  it('stores a manifest again that grew while it was stored', async () => {
    const path = join(dir, MANIFEST);
    await writeFile(path, '{}\n');
    store.manifestChanged(MANIFEST);
    await until(() => bucket.attempts.length === 1);
    await appendFile(path, '{}\n');
    store.manifestChanged(MANIFEST);
    await until(() => bucket.objects.get(MANIFEST)?.length === 6);
    expect(store.backlog()).toEqual({ segments: 0, bytes: 0 });
  });

  it('makes room with what is stored, and with nothing else', async () => {
    await add(0);
    await uploaded();
    await until(async () => (await files()).length === 2);
    bucket.fault = 'store-refused';
    await add(1);
    expect(await store.makeRoom(1_000)).toBe(5);
    expect(await files()).toEqual([`${fileOf(0)}.s3`, fileOf(1)]);
    expect(await store.makeRoom(1_000)).toBe(0);
  });

  it('gives nothing out that is not what it stored', async () => {
    await add(0);
    await uploaded();
    await until(async () => (await files()).length === 2);
    await store.makeRoom(1);
    bucket.objects.set(keyOf(0), Buffer.from('other'));
    await expect(store.segments.read(ref(0))).rejects.toMatchObject({ code: 'checksum-mismatch' });
    bucket.fault = 'store-unreachable';
    await expect(store.segments.read(ref(0))).rejects.toBeInstanceOf(SegmentUnavailable);
    bucket.fault = undefined;
    bucket.objects.clear();
    await expect(store.segments.read(ref(0))).rejects.toMatchObject({ code: 'segment-missing' });
  });

  it('removes both, and what it could not remove is removed the next time', async () => {
    for (const index of [0, 1]) await add(index);
    await uploaded();
    await until(async () => (await files()).length === 4);
    await store.makeRoom(5);
    expect(await store.segments.remove(ref(0))).toBe(5);
    bucket.fault = 'store-unreachable';
    await expect(store.segments.remove(ref(1))).rejects.toMatchObject({ code: 'store-unreachable' });
    expect(bucket.objects.size).toBe(1);
    bucket.fault = undefined;
    await store.segments.remove(ref(1));
    expect([bucket.objects.size, await files()]).toEqual([0, []]);
    expect(await store.segments.remove(ref(1))).toBe(0);
  });

  it('does not bring back what is removed while it is uploaded', async () => {
    await add(0);
    await until(() => bucket.attempts.length === 1);
    await store.segments.remove(ref(0));
    await uploaded();
    expect([bucket.objects.size, await files()]).toEqual([0, []]);
  });

  it('stores what is encrypted as it is on the disk, and reads it with the key', async () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    await add(0);
    await uploaded();
    await restart(key);
    await add(1, 'secret');
    await uploaded();
    await until(async () => (await files()).length === 4);
    const stored = bucket.objects.get(`${keyOf(1)}e`);
    expect(stored).toHaveLength((await stat(join(dir, `${keyOf(1)}e`))).size);
    expect(stored?.includes('secret')).toBe(false);
    await store.makeRoom(1_000);
    expect((await store.segments.read(ref(0))).toString()).toBe('media');
    expect((await store.segments.read(ref(1))).toString()).toBe('secret');
    expect(await store.segments.list(RUN)).toEqual([name(0), name(1)]);
  });
});
