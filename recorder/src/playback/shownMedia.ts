import { beginningOf } from '../ffmpeg/tsFrames.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import type { TimelineSegment } from './timeline.ts';

/**
 * Reads of a segment what is to be shown: without the pictures at its end that were damaged, where others stand for them.
 *
 * @throws {SegmentMissing | SegmentUnavailable} see {@link SegmentStore.read}
 */
export async function readShown(
  store: Pick<SegmentStore, 'read'>,
  segment: Pick<TimelineSegment, 'runFolder' | 'name' | 'shownMs'>,
): Promise<Buffer> {
  const bytes = await store.read(segment);
  return isCutShort(segment) ? beginningOf(bytes, segment.shownMs) : bytes;
}

/** Whether a segment is shown for less than it lasts. */
export const isCutShort = ({ name, shownMs }: Pick<TimelineSegment, 'name' | 'shownMs'>): boolean =>
  shownMs < name.durationMs;
