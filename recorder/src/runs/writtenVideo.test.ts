import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { fakeTs } from '../ffmpeg/fakeTs.ts';
import { openRunFolder, type RunFolder } from '../store/runFolder.ts';
import { createWrittenVideo, type WrittenVideo } from './writtenVideo.ts';

let dir: string;
let folder: RunFolder;
let firstOpen: number;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sightline-written-'));
  folder = openRunFolder(dir, 'run');
  firstOpen = 0;
  await mkdir(folder.path);
});
afterEach(() => rm(dir, { recursive: true }));

const open = (hasAudio: boolean): WrittenVideo =>
  createWrittenVideo({ folder, hasAudio, firstOpen: () => firstOpen });
/** Sound is what tells no time here. */
const write = async (index: number, ...streams: readonly Buffer[]): Promise<number> => {
  const bytes = Buffer.concat(streams);
  await writeFile(folder.partPath(index), bytes);
  return bytes.length;
};
const sound = fakeTs([]);

it.each([false, true])('follows the video from part to part (sound: %s)', async (hasAudio) => {
  const written = open(hasAudio);
  expect(await written.look()).toBeUndefined();
  await write(0);
  expect(await written.look()).toBeUndefined();
  const first = { index: 0, bytes: await write(0, fakeTs([0, 3_000])) };
  expect(await written.look()).toEqual(first);
  await write(1);
  expect(await written.look()).toEqual(first);
  const second = { index: 1, bytes: await write(1, fakeTs([6_000])) };
  expect(await written.look()).toEqual(second);
  firstOpen = 1;
  expect(await written.look()).toEqual(second);
  const later = { index: 4, bytes: await write(4, fakeTs([9_000])) };
  await write(2, fakeTs([7_000]));
  await write(3, fakeTs([8_000]));
  expect(await written.look()).toEqual(later);
});

it('does not take sound for video', async () => {
  const written = open(true);
  await write(0, sound);
  expect(await written.look()).toBeUndefined();
  const video = fakeTs([0, 3_000]);
  const first = { index: 0, bytes: await write(0, video) };
  expect(await written.look()).toEqual(first);
  await write(0, video, sound);
  expect(await written.look()).toEqual(first);
  await write(1, sound);
  expect(await written.look()).toEqual(first);
  const next = { index: 1, bytes: await write(1, sound, fakeTs([6_000])) };
  expect(await written.look()).toEqual(next);
});

it('says where it was as long as nothing follows what is closed', async () => {
  const written = open(false);
  const only = { index: 0, bytes: await write(0, fakeTs([0])) };
  expect(await written.look()).toEqual(only);
  await rm(folder.partPath(0));
  firstOpen = 1;
  expect(await written.look()).toEqual(only);
});
