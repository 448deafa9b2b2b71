import {
  decodeRunFolder,
  decodeSegmentName,
  decodeTrackFolder,
  encodeSegmentName,
  type SegmentName,
} from '@sightline/shared';

/** What a URL below `/media/` means. Folders are relative to the recordings' root. */
export type MediaPath =
  | { kind: 'playlist' | 'thumbnails'; asOfMs: number }
  | { kind: 'sprite'; trackFolder: string; asOfMs: number; number: number }
  | { kind: 'segment'; trackFolder: string; runFolder: string; name: SegmentName };

const TRACK_PARTS = 7;
const PLAYLIST = /^(\d{1,15})\.m3u8$/;
const THUMBNAILS = /^(\d{1,15})\.vtt$/;
const SPRITE = /^(\d{1,15})-(\d{1,10})\.jpg$/;
const SPRITE_FOLDER = 'thumbnails';

const encodeFolder = (folder: string): string => folder.split('/').map(encodeURIComponent).join('/');

/** The paths of media, relative to `/media/`. */
export const mediaPaths = {
  sprite: (trackFolder: string, asOfMs: number, number: number): string =>
    `${encodeFolder(trackFolder)}/${SPRITE_FOLDER}/${asOfMs}-${number}.jpg`,
  segment: ({ runFolder, name }: { runFolder: string; name: SegmentName }): string =>
    `${encodeFolder(runFolder)}/${encodeSegmentName(name)}`,
};

/**
 * Reads the path of a media URL, without its prefix. Only names that the codecs themselves would write are
 * let through, so no path can lead elsewhere.
 */
export function parseMediaPath(path: string): MediaPath | undefined {
  const parts = decodeParts(path);
  if (parts === undefined) return undefined;
  if (parts.length === 2) {
    const [kind, file = ''] = parts;
    if (kind !== 'playlist' && kind !== 'thumbnails') return undefined;
    const [, asOfMs] = (kind === 'playlist' ? PLAYLIST : THUMBNAILS).exec(file) ?? [];
    return asOfMs === undefined ? undefined : { kind, asOfMs: Number(asOfMs) };
  }
  const trackFolder = parts.slice(0, TRACK_PARTS).join('/');
  if (decodeTrackFolder(trackFolder) === undefined) return undefined;
  const [run = '', file = ''] = parts.slice(TRACK_PARTS);
  const [, asOfMs, number] = run === SPRITE_FOLDER ? (SPRITE.exec(file) ?? []) : [];
  if (asOfMs !== undefined && number !== undefined && parts.length === TRACK_PARTS + 2) {
    return { kind: 'sprite', trackFolder, asOfMs: Number(asOfMs), number: Number(number) };
  }
  const name = decodeSegmentName(file);
  if (parts.length !== TRACK_PARTS + 2 || decodeRunFolder(run) === undefined || name === undefined)
    return undefined;
  return { kind: 'segment', trackFolder, runFolder: `${trackFolder}/${run}`, name };
}

/** The names of a URL's path; undefined if it is not well formed (RFC 3986, section 2.1). */
function decodeParts(path: string): string[] | undefined {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
