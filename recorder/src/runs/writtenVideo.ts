import { readLastPts } from '../ffmpeg/tsTimestamps.ts';
import type { RunFolder } from '../store/runFolder.ts';
import { isSame, type VideoPosition } from './lossMarks.ts';

/** Tells how far the video on disk reaches, in the newest part that has any. */
export interface WrittenVideo {
  /**
   * As of now; it only looks and reads, so that nothing that is slow to be written delays it. The position is the one that
   * was told before if no more video was written since, whatever else was. Undefined before the first frame.
   */
  look(): Promise<VideoPosition | undefined>;
  /** Position of the newest part there was at the last look, with video or without. */
  readonly newestPart: number;
}

/**
 * For every run once a second: without sound, whatever is written is video, and its size tells enough.
 *
 * @param deps.firstOpen position of the first part that is not closed yet
 */
export function createWrittenVideo(deps: {
  folder: RunFolder;
  hasAudio: boolean;
  firstOpen: () => number;
}): WrittenVideo {
  const { folder, hasAudio } = deps;
  let newest = 0;
  let last: VideoPosition | undefined;
  let lastPts: number | undefined;

  const sizeOf = async (index: number): Promise<VideoPosition | undefined> => {
    const part = await folder.statPart(index);
    return part === undefined || part.bytes === 0 ? undefined : { index, bytes: part.bytes };
  };

  /** Undefined if there is no video in this part yet. */
  const videoOf = async (index: number): Promise<VideoPosition | undefined> => {
    const now = await sizeOf(index);
    if (now === undefined || (last !== undefined && isSame(now, last))) return now;
    if (hasAudio) {
      const pts = await readLastPts(folder.partPath(index));
      if (pts === undefined) return undefined;
      if (pts === lastPts) return last;
      lastPts = pts;
    }
    return (last = now);
  };

  return {
    get newestPart() {
      return newest;
    },
    async look() {
      const open = deps.firstOpen();
      newest = Math.max(newest, open);
      while ((await folder.statPart(newest + 1)) !== undefined) newest += 1;
      // ffmpeg opens a part before it has a frame for it.
      for (let index = newest; index >= open; index -= 1) {
        const position = await videoOf(index);
        if (position !== undefined) return position;
      }
      return last;
    },
  };
}
