import { mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openFileCache, type FileCache } from './fileCache.ts';

describe('a cache of files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-cache-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const add = async (cache: FileCache, name: string): Promise<void> => {
    await cache.add(name, async (path) => {
      await writeFile(path, 'ten bytes.');
      return true;
    });
  };

  it('drops what was not used for the longest time', async () => {
    const cache = await openFileCache({ folder, maxBytes: 25 });
    await add(cache, 'a');
    await add(cache, 'b');
    expect(await cache.has('a')).toBe(true);
    await add(cache, 'c');
    expect((await readdir(folder)).toSorted()).toEqual(['a', 'c']);
    expect([await cache.has('a'), await cache.has('b')]).toEqual([true, false]);
  });

  it('knows what was there before, but for what is half made', async () => {
    await writeFile(join(folder, 'new'), 'ten bytes.');
    await writeFile(join(folder, 'old'), 'ten bytes.');
    await utimes(join(folder, 'old'), 1, 1);
    await writeFile(join(folder, 'half.new'), '');
    const cache = await openFileCache({ folder, maxBytes: 25 });
    await add(cache, 'next');
    expect((await readdir(folder)).toSorted()).toEqual(['new', 'next']);
  });

  it('is empty when it was cleared, and takes files again', async () => {
    const cache = await openFileCache({ folder, maxBytes: 25 });
    await add(cache, 'a');
    await add(cache, 'b');
    await cache.clear();
    expect([await readdir(folder), await cache.has('a')]).toEqual([[], false]);
    await add(cache, 'c');
    await add(cache, 'd');
    expect((await readdir(folder)).toSorted()).toEqual(['c', 'd']);
  });

  it('has a file made anew that was being made when it was cleared: there may be nothing to make it of', async () => {
    const cache = await openFileCache({ folder, maxBytes: 25 });
    let attempts = 0;
    const make = (isThereStill: boolean) => async (path: string) => {
      attempts += 1;
      if (attempts % 2 === 0 && !isThereStill) return false;
      await writeFile(path, `attempt ${attempts}`);
      if (attempts % 2 === 1) await cache.clear();
      return true;
    };
    expect(await cache.add('a', make(false))).toBe(false);
    expect([await cache.has('a'), await readdir(folder)]).toEqual([false, []]);
    expect(await cache.add('a', make(true))).toBe(true);
    expect(await readFile(cache.pathOf('a'), 'utf8')).toBe('attempt 4');
  });

  it('notices when a file was removed', async () => {
    const cache = await openFileCache({ folder, maxBytes: 25 });
    await add(cache, 'a');
    await rm(join(folder, 'a'));
    expect(await cache.has('a')).toBe(false);
  });
});
