import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cutTornEnd, lastFrameOf, readTsFrames } from '@sightline/recorder/export';
import { encodeSource } from './exports/recordedSession.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';

const TS_PACKET_BYTES = 188;

let dir: TempDir;
let media: Buffer;
let frameCount: number;

beforeAll(async () => {
  dir = await createTempDir('torn');
  const source = { width: 1280, height: 720, seconds: 0.5, busy: true };
  const [name] = await encodeSource(join(dir.path, 'source'), source);
  media = await readFile(join(dir.path, 'source', String(name)));
  frameCount = readTsFrames(media).frames.length;
});
afterAll(() => dir.close());

/** What is left of a recording that ended there. */
async function leftOf(torn: Buffer): Promise<Buffer> {
  const path = join(dir.path, 'part.ts');
  await writeFile(path, torn);
  const cut = await cutTornEnd(path);
  const left = await readFile(path);
  expect(left.length < torn.length).toBe(cut);
  return left;
}

/** The first `bytes` bytes, rounded to whole packets. */
const upTo = (bytes: number): Buffer => media.subarray(0, bytes - (bytes % TS_PACKET_BYTES));

describe('the end of a recording', () => {
  it('is left as it is if its last frame is whole', async () => {
    expect(await leftOf(media)).toEqual(media);
  });

  it('loses a frame of which only a part had come', async () => {
    const offset = lastFrameOf(media)?.offset ?? 0;
    const whole = media.subarray(0, offset);
    for (const part of [0.4, 0.6, 0.9]) {
      expect(await leftOf(upTo(offset + (media.length - offset) * part))).toEqual(whole);
    }
    expect(readTsFrames(whole).frames).toHaveLength(frameCount - 1);
  });

  it('loses a key frame too, also if that was its only frame', async () => {
    const { keyFrames } = readTsFrames(media);
    const [key] = keyFrames;
    if (key === undefined) throw new Error('a video begins with a key frame');
    const next = readTsFrames(await leftOf(upTo(key.offset + 10 * TS_PACKET_BYTES)));
    expect(next.frames).toEqual([]);
  });
});
