import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLocalSegmentStore } from './localSegmentStore.ts';
import type { SegmentStore } from './segmentStore.ts';

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

  it('lends files in the order asked for', async () => {
    await add(0, 'a');
    await add(1, 'b');
    const read = (paths: readonly string[]): Promise<string[]> =>
      Promise.all(paths.map((path) => readFile(path, 'utf8')));
    expect(await store.lend([ref(1), ref(0)], read)).toEqual(['b', 'a']);
  });

  it('removes for good, and says how much was freed', async () => {
    await add(0, 'media');
    expect(await store.remove(ref(0))).toBe(5);
    expect(await store.remove(ref(0))).toBe(0);
    await expect(store.read(ref(0))).rejects.toMatchObject({ code: 'segment-missing' });
    await expect(store.lend([ref(0)], () => Promise.resolve())).rejects.toMatchObject({
      code: 'segment-missing',
    });
    await expect(store.add(ref(0), part())).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
