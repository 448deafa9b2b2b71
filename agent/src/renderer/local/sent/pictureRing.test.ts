import { describe, expect, it } from '@jest/globals';
import { fakePicture } from '../media/fakePictures.ts';
import { createPictureRing } from './pictureRing.ts';

describe('the pictures that were sent last', () => {
  it('begin with a key frame and reach back at least 20 s', () => {
    const ring = createPictureRing();
    for (let atMs = 0; atMs <= 60_000; atMs += 100)
      ring.push(fakePicture(atMs, { isKey: atMs % 8_000 === 0 }));
    const { pictures } = ring;
    expect(pictures[0]).toMatchObject({ isKey: true, timestampUs: 40_000_000 });
    expect(pictures.at(-1)?.timestampUs).toBe(60_000_000);
    ring.clear();
    expect(ring.pictures).toEqual([]);
  });

  it('take no more memory than they may, and say nothing without their key frame', () => {
    const ring = createPictureRing();
    ring.push(fakePicture(0, { isKey: true, data: new Uint8Array(20 * 1_024 * 1_024) }));
    ring.push(fakePicture(100, { data: new Uint8Array(5 * 1_024 * 1_024) }));
    ring.push(fakePicture(200));
    expect(ring.pictures).toEqual([]);
    ring.push(fakePicture(300, { isKey: true }));
    expect(ring.pictures).toHaveLength(1);
  });
});
