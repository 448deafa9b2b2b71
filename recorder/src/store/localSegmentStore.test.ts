import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseEncryptionKeys } from './encryption/encryptionKeys.ts';
import { createSegmentCipher } from './encryption/segmentCipher.ts';
import { createLocalSegmentStore } from './localSegmentStore.ts';
import type { SegmentStore } from './segmentStore.ts';
import { createStoredFiles } from './storedFiles.ts';

const name = (index: number) => ({ index, startMs: 1_700_000_000_000 + index, durationMs: 6_000 });
const ref = (index: number) => ({ runFolder: 'track/run', name: name(index) });

describe('the local store of segments', () => {
  let dir: string;
  let store: SegmentStore;
  const part = (): string => join(dir, 'track/run', '000000.part.ts');

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-store-'));
    await mkdir(join(dir, 'track/run'), { recursive: true });
    store = createLocalSegmentStore({ recordingsDir: dir });
  });
  afterEach(() => rm(dir, { recursive: true }));

  const add = async (index: number, content: string): Promise<void> => {
    await writeFile(part(), content);
    await store.add(ref(index), part());
  };

  it('keeps what it is given under its name, also if it is given again after a crash', async () => {
    await add(0, 'media');
    await store.add(ref(0), part());
    expect(await readdir(join(dir, 'track/run'))).toEqual(['000000-1700000000000-6000.ts']);
    expect((await store.read(ref(0))).toString()).toBe('media');
  });

  it('lists the segments of a run in order, and nothing else', async () => {
    await add(10, 'b');
    await add(2, 'a');
    await writeFile(part(), 'still written');
    expect(await store.list('track/run')).toEqual([name(2), name(10)]);
    expect(await store.list('track/other')).toEqual([]);
  });

  it('removes for good, and says how much was freed', async () => {
    await add(0, 'media');
    expect(await store.remove(ref(0))).toBe(5);
    expect(await store.remove(ref(0))).toBe(0);
    await expect(store.read(ref(0))).rejects.toMatchObject({ code: 'segment-missing' });
    await expect(store.add(ref(0), part())).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the local store of segments that are encrypted', () => {
  const cipher = createSegmentCipher(parseEncryptionKeys(Buffer.alloc(32, 5).toString('base64'), 'key'));
  const RUN = 'acme/zoe/2023/11/14/s1/display-1/r1';
  const segment = { runFolder: RUN, name: name(0) };
  let dir: string;
  let store: SegmentStore;
  const part = (): string => join(dir, RUN, '000000.part.ts');
  const files = (): Promise<string[]> => readdir(join(dir, RUN));

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-store-'));
    await mkdir(join(dir, RUN), { recursive: true });
    await writeFile(part(), 'media');
    store = createLocalSegmentStore({ recordingsDir: dir, files: createStoredFiles(dir, cipher) });
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('leaves nothing plain, and gives back what was plain', async () => {
    await store.add(segment, part());
    await store.add(segment, part());
    expect(await files()).toEqual(['000000-1700000000000-6000.tse']);
    expect((await store.read(segment)).toString()).toBe('media');
    expect(await store.list(RUN)).toEqual([name(0)]);
    expect(await store.remove(segment)).toBeGreaterThan(5);
    expect(await files()).toEqual([]);
  });

  it('can be killed at any point: it is whole, once, after the next attempt', async () => {
    // While the encrypted file was written.
    await writeFile(`${part()}e`, 'half of');
    expect(await store.list(RUN)).toEqual([]);
    await store.add(segment, part());
    expect(await files()).toEqual(['000000-1700000000000-6000.tse']);
    // Before the plain one had gone.
    await writeFile(part(), 'media');
    expect((await store.read(segment)).toString()).toBe('media');
    await store.add(segment, part());
    expect(await files()).toEqual(['000000-1700000000000-6000.tse']);
    expect((await store.read(segment)).toString()).toBe('media');
  });

  it('keeps the plain file if the encrypted one cannot be written', async () => {
    await mkdir(`${part()}e`);
    await expect(store.add(segment, part())).rejects.toMatchObject({ code: 'EISDIR' });
    expect(await files()).toEqual(['000000.part.ts']);
  });

  it('reads and removes what was stored before there was a key', async () => {
    await createLocalSegmentStore({ recordingsDir: dir }).add(segment, part());
    expect((await store.read(segment)).toString()).toBe('media');
    expect(await store.remove(segment)).toBe(5);
  });
});
