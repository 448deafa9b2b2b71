import { PTS_MODULUS } from '../ffmpeg/tsTimestamps.ts';

/** The media time of a run: 90 kHz from its first frame, not wrapping. */
export interface MediaTime {
  /** @param pts of a frame; the first one that is given is the run's first, and each is less than half a day from the one before. */
  ticksOf(pts: number): number;
}

/** Builds the time of a run of which no frame is known. */
export function createMediaTime(): MediaTime {
  let firstPts: number | undefined;
  let lastTicks = 0;
  return {
    ticksOf(pts) {
      firstPts ??= pts;
      const ticks = pts - firstPts;
      lastTicks = ticks + PTS_MODULUS * Math.round((lastTicks - ticks) / PTS_MODULUS);
      return lastTicks;
    },
  };
}
