import { describe, expect, it } from '@jest/globals';
import { parseThumbnails, thumbnailAt } from './thumbnails.ts';

const VTT = `WEBVTT

00:00:00.000 --> 00:00:12.000
sprite/0.jpg?token=t#xywh=0,0,160,90

00:00:12.000 --> 01:00:48.500
sprite/0.jpg?token=t#xywh=160,90,160,90
`;

describe('thumbnails', () => {
  it('are regions of sprites, from when to when', () => {
    const thumbnails = parseThumbnails(VTT, 'https://rec.test/media/thumbnails/1.vtt');
    expect(thumbnailAt(thumbnails, 12)).toEqual({
      startSeconds: 12,
      endSeconds: 3_648.5,
      url: 'https://rec.test/media/thumbnails/sprite/0.jpg?token=t',
      x: 160,
      y: 90,
      width: 160,
      height: 90,
    });
    expect(thumbnailAt(thumbnails, 4_000)).toBeUndefined();
  });

  it('leave out what is none', () => {
    expect(parseThumbnails('WEBVTT\n\n00:00:00.000 --> 00:00:12.000\nwords\n', 'https://rec.test/')).toEqual(
      [],
    );
  });
});
