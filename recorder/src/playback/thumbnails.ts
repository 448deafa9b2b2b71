import { join } from 'node:path';
import { openFileCache } from '../store/fileCache.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { createSprites, type Sprites } from './sprites.ts';

/** About two months of one display. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Pictures of recordings, and a way to forget them. */
export interface Thumbnails {
  sprites: Sprites;
  clear(): Promise<void>;
}

/** Opens the thumbnails, of which some may be drawn from before. */
export async function openThumbnails(deps: {
  stateDir: string;
  store: Pick<SegmentStore, 'read'>;
}): Promise<Thumbnails> {
  const cache = await openFileCache({ folder: join(deps.stateDir, 'thumbnails'), maxBytes: MAX_BYTES });
  return { sprites: createSprites({ store: deps.store, cache }), clear: () => cache.clear() };
}
