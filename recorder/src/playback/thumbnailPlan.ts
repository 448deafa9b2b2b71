import { shownSeconds } from './playlist.ts';
import type { TimelineSegment } from './timeline.ts';

/** There is a thumbnail for each ten seconds, of the first picture of the first segment that begins in them. */
const EVERY_MS = 10_000;
/** How long the time is that one sprite shows. */
const SPRITE_MS = 250_000;
/** Of one thumbnail, in pixels. */
export const CELL = { width: 160, height: 90 };
export const COLUMNS = 5;

/** A picture that holds the thumbnails of a track for some minutes. */
export interface Sprite {
  trackFolder: string;
  /** Which of the stretches of {@link SPRITE_MS} since 1970 it shows. */
  number: number;
  /** Whose first pictures it shows, in order. */
  segments: readonly TimelineSegment[];
}

/** The folder of the track that a segment belongs to. */
export const trackFolderOf = ({ runFolder }: Pick<TimelineSegment, 'runFolder'>): string =>
  runFolder.slice(0, runFolder.lastIndexOf('/'));

/** What the sprites of a timeline show. */
export function planSprites(timeline: readonly TimelineSegment[]): Sprite[] {
  const sprites = new Map<string, Sprite & { segments: TimelineSegment[] }>();
  const shown = new Set<string>();
  for (const segment of timeline) {
    const trackFolder = trackFolderOf(segment);
    const { startMs } = segment.name;
    const slot = `${trackFolder} ${Math.floor(startMs / EVERY_MS)}`;
    if (shown.has(slot)) continue;
    shown.add(slot);
    const number = Math.floor(startMs / SPRITE_MS);
    const key = `${trackFolder} ${number}`;
    const sprite = sprites.get(key) ?? { trackFolder, number, segments: [] };
    sprites.set(key, sprite);
    sprite.segments.push(segment);
  }
  return [...sprites.values()];
}

/** Writes the thumbnails of a timeline (WebVTT; Media Fragments URI, section 4.2.2). Its times are those of the playlist. */
export function writeThumbnails(
  timeline: readonly TimelineSegment[],
  spriteUrl: (sprite: Sprite) => string,
): string {
  const cells = new Map<TimelineSegment, string>();
  for (const sprite of planSprites(timeline)) {
    for (const [at, segment] of sprite.segments.entries()) {
      const x = (at % COLUMNS) * CELL.width;
      const y = Math.floor(at / COLUMNS) * CELL.height;
      cells.set(segment, `${spriteUrl(sprite)}#xywh=${x},${y},${CELL.width},${CELL.height}`);
    }
  }
  const cues: { fromS: number; url: string }[] = [];
  let atS = 0;
  for (const segment of timeline) {
    const url = cells.get(segment);
    if (url !== undefined) cues.push({ fromS: atS, url });
    atS += shownSeconds(segment);
  }
  const rows = cues.map(
    ({ fromS, url }, at) => `${vttTime(fromS)} --> ${vttTime(cues[at + 1]?.fromS ?? atS)}\n${url}\n`,
  );
  return ['WEBVTT\n', ...rows].join('\n');
}

/** `hh:mm:ss.mmm` (WebVTT, section 4.1). */
function vttTime(seconds: number): string {
  const ms = Math.round(seconds * 1_000);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}.${String(ms % 1_000).padStart(3, '0')}`;
}
