import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import type { MediaMoment } from '../ffmpeg/rtcp.ts';
import { createLipSync } from './lipSync.ts';
import { createSegmentClock } from './segmentClock.ts';

const START_MS = 1_700_000_000_000;

function scene() {
  const told: ({ stream: string } & MediaMoment)[] = [];
  const clock = createSegmentClock();
  const lipSync = createLipSync({
    recording: {
      align(stream, moment) {
        told.push({ stream, ...moment });
        return Promise.resolve();
      },
    },
    clock,
    logger: createLogger('test', 'silent'),
  });
  const addKeyFrame = (rtpTimestamp: number, atMs: number): void => {
    clock.addKeyFrame({ rtpTimestamp, atMs });
    lipSync.addKeyFrame({ rtpTimestamp, atMs });
  };
  return { told, lipSync, addKeyFrame };
}

describe('the sound of a run', () => {
  it('lies where the pictures of the same moment lie, and is told of after them', async () => {
    const { told, lipSync, addKeyFrame } = scene();
    addKeyFrame(4_294_967_000, START_MS);
    addKeyFrame((4_294_967_000 + 540_000) % 2 ** 32, START_MS + 6_000);
    await lipSync.addSound({ rtpTimestamp: 77, atMs: START_MS + 7_000 });
    expect(told).toEqual([
      { stream: 'video', rtpTimestamp: 4_294_967_000, ticks: 0 },
      { stream: 'video', rtpTimestamp: 539_704, ticks: 540_000 },
      { stream: 'audio', rtpTimestamp: 77, ticks: 630_000 },
    ]);
  });

  it('is measured against the quickest key frame, for the first one of a run is slow', async () => {
    const { told, lipSync, addKeyFrame } = scene();
    addKeyFrame(0, START_MS + 400);
    addKeyFrame(540_000, START_MS + 6_000);
    await lipSync.addSound({ rtpTimestamp: 77, atMs: START_MS + 7_000 });
    expect(told.at(-1)).toEqual({ stream: 'audio', rtpTimestamp: 77, ticks: 630_000 });
  });

  it('waits for a key frame', async () => {
    const { lipSync } = scene();
    await expect(lipSync.addSound({ rtpTimestamp: 77, atMs: START_MS })).rejects.toMatchObject({
      code: 'media-unavailable',
    });
  });
});
