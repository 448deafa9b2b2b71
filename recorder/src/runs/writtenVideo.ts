import { readLastPts } from '../ffmpeg/tsTimestamps.ts';
import type { RunFolder } from '../store/runFolder.ts';
import type { VideoPosition } from './lossMarks.ts';
import type { MediaTime } from './mediaTime.ts';

/** Tells how far the video on disk reaches, in the newest part that has any. */
export interface WrittenVideo {
  /** As of now; it only reads, so that nothing that is slow to be written delays it. Undefined before the first frame. */
  read(): Promise<VideoPosition | undefined>;
}

/** @param deps.firstOpen position of the first part that is not closed yet */
export function createWrittenVideo(deps: {
  folder: RunFolder;
  mediaTime: MediaTime;
  firstOpen: () => number;
}): WrittenVideo {
  const { folder, mediaTime } = deps;
  let newest = 0;
  let last: VideoPosition | undefined;
  let lastBytes = 0;

  const readPart = async (index: number, bytes: number): Promise<VideoPosition | undefined> => {
    if (last?.index === index && bytes === lastBytes) return last;
    const pts = await readLastPts(folder.partPath(index));
    if (pts === undefined) return undefined;
    lastBytes = bytes;
    return (last = { index, ticks: mediaTime.ticksOf(pts) });
  };

  return {
    async read() {
      if (!mediaTime.begun) return undefined;
      const open = deps.firstOpen();
      newest = Math.max(newest, open);
      while ((await folder.statPart(newest + 1)) !== undefined) newest += 1;
      // ffmpeg opens a part before it has a frame for it.
      for (let index = newest; index >= open; index -= 1) {
        const part = await folder.statPart(index);
        const position = part && (await readPart(index, part.bytes));
        if (position !== undefined) return position;
      }
      return last;
    },
  };
}
