import { describe, expect, it } from '@jest/globals';
import { fakeRun } from './fakeTrack.ts';
import { planSprites, writeThumbnails } from './thumbnailPlan.ts';
import { layOut, type TimelineSegment } from './timeline.ts';

const timelineOf = (startMs: number, durationsMs: readonly number[]): TimelineSegment[] =>
  layOut(
    [{ folder: 't', runs: [fakeRun('t/run', startMs, durationsMs)], closed: true }],
    { asOfMs: Number.MAX_SAFE_INTEGER },
    30_000,
  );

describe('thumbnails', () => {
  it('come every ten seconds, twenty-five to a sprite, wherever the timeline begins', () => {
    const timeline = timelineOf(
      500_000,
      Array.from({ length: 100 }, () => 5_000),
    );
    const sprites = planSprites(timeline);
    expect(
      sprites.map(({ trackFolder, number, segments }) => [trackFolder, number, segments.length]),
    ).toEqual([
      ['t', 2, 25],
      ['t', 3, 25],
    ]);
    const later = planSprites(timeline.slice(10));
    expect(later[1]).toEqual(sprites[1]);
  });

  it('have the times of the playlist, in which gaps do not show and silence is short', () => {
    const timeline = [...timelineOf(0, [12_000, 90_000]), ...timelineOf(10_000_000, [6_000])];
    expect(writeThumbnails(timeline, ({ number }) => `${number}.jpg`)).toBe(
      [
        'WEBVTT\n',
        '00:00:00.000 --> 00:00:12.000\n0.jpg#xywh=0,0,160,90\n',
        '00:00:12.000 --> 00:00:42.000\n0.jpg#xywh=160,0,160,90\n',
        '00:00:42.000 --> 00:00:48.000\n40.jpg#xywh=0,0,160,90\n',
      ].join('\n'),
    );
  });
});
