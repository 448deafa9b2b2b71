import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { drawSprite } from '../ffmpeg/spriteCommand.ts';
import { keyFrameOnly, readTsFrames, type TsKeyFrame } from '../ffmpeg/tsFrames.ts';
import { createTurnstile } from '../ffmpeg/turnstile.ts';
import { SegmentMissing, type SegmentStore } from '../store/segmentStore.ts';
import type { FileCache } from '../store/fileCache.ts';
import { CELL, COLUMNS, type Sprite } from './thumbnailPlan.ts';

/** Draws sprites, when they are asked for. */
export interface Sprites {
  /** JPEG, with a name for this content; undefined if there is no picture in any of its segments. */
  draw(sprite: Sprite): Promise<{ bytes: Buffer; tag: string } | undefined>;
}

/** Builds the {@link Sprites}: one ffmpeg at a time, and each sprite once for as long as the cache keeps it. */
export function createSprites(deps: { store: Pick<SegmentStore, 'read'>; cache: FileCache }): Sprites {
  const { store, cache } = deps;
  const inTurn = createTurnstile(1);
  const drawing = new Map<string, Promise<boolean>>();

  const make = async (sprite: Sprite, path: string): Promise<boolean> => {
    const pictures = await readPictures(sprite, store);
    const [first] = pictures;
    if (first === undefined) return false;
    const sizes = new Set(pictures.map(({ frame: { size } }) => `${size?.width}x${size?.height}`));
    await drawSprite({
      source: pictures.map(({ bytes }) => bytes),
      cell: CELL,
      columns: COLUMNS,
      rows: Math.ceil(pictures.length / COLUMNS),
      keepAspect: sizes.size === 1,
      path,
    });
    return true;
  };

  return {
    async draw(sprite) {
      const tag = createHash('sha256')
        .update(sprite.segments.map(({ sha256 }) => sha256).join('\n'))
        .digest('hex');
      const name = `${tag}.jpg`;
      if (!(await cache.has(name))) {
        const drawn = drawing.get(name) ?? inTurn(() => cache.add(name, (path) => make(sprite, path)));
        drawing.set(name, drawn);
        try {
          if (!(await drawn)) return undefined;
        } finally {
          drawing.delete(name);
        }
      }
      return { bytes: await readFile(cache.pathOf(name)), tag };
    },
  };
}

interface Picture {
  bytes: Buffer;
  frame: TsKeyFrame;
}

/** A key frame for each segment; what has none shows its neighbour, so that the others stay in their places. */
async function readPictures({ segments }: Sprite, store: Pick<SegmentStore, 'read'>): Promise<Picture[]> {
  const found: (Picture | undefined)[] = [];
  for (const segment of segments) found.push(await readPicture(segment, store));
  return found.flatMap(
    (picture, at) => picture ?? found.slice(0, at).findLast(Boolean) ?? found.find(Boolean) ?? [],
  );
}

async function readPicture(
  segment: Sprite['segments'][number],
  store: Pick<SegmentStore, 'read'>,
): Promise<Picture | undefined> {
  try {
    const bytes = await store.read(segment);
    const [frame] = readTsFrames(bytes).keyFrames;
    return frame && { frame, bytes: keyFrameOnly(bytes, frame) };
  } catch (error) {
    if (error instanceof SegmentMissing) return undefined;
    throw error;
  }
}
