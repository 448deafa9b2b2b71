import { SENT_KEPT_MS } from '@sightline/shared/sentKept';
import type { Picture } from '../media/pieceWriter.ts';

/** More than these bytes are not kept of one track, however short that is. */
const MAX_BYTES = 24 * 1_024 * 1_024;

/** The pictures that were encoded last, from a key frame on. */
export interface PictureRing {
  push(picture: Picture): void;
  /** All pictures, the oldest first. */
  readonly pictures: readonly Picture[];
  /** Drops them. */
  clear(): void;
}

/** Builds a {@link PictureRing}: what is older than {@link SENT_KEPT_MS} is dropped, a group of pictures at a time. */
export function createPictureRing(): PictureRing {
  let groups: { pictures: Picture[]; bytes: number }[] = [];

  const isTooMuch = (newestUs: number): boolean => {
    const [first, second] = groups;
    if (first === undefined) return false;
    const bytes = groups.reduce((sum, group) => sum + group.bytes, 0);
    if (bytes > MAX_BYTES) return true;
    // The first is needed only as long as it reaches into what is kept.
    return second !== undefined && newestUs - (second.pictures[0]?.timestampUs ?? 0) >= SENT_KEPT_MS * 1_000;
  };

  return {
    push(picture) {
      if (picture.isKey) groups.push({ pictures: [], bytes: 0 });
      const group = groups.at(-1);
      if (group === undefined) return;
      group.pictures.push(picture);
      group.bytes += picture.data.length;
      while (isTooMuch(picture.timestampUs)) groups.shift();
    },
    get pictures() {
      return groups.flatMap(({ pictures }) => pictures);
    },
    clear() {
      groups = [];
    },
  };
}
