import {
  decodeRunFolder,
  decodeSegmentName,
  decodeTrackFolder,
  encodeSegmentName,
  type SegmentName,
} from '@sightline/shared';

/** What a URL below `/media/` means. Folders are relative to the recordings' root. */
export type MediaPath =
  | { kind: 'playlist'; asOfMs: number }
  | { kind: 'segment'; trackFolder: string; runFolder: string; name: SegmentName };

const TRACK_PARTS = 7;
const PLAYLIST = /^(\d{1,15})\.m3u8$/;

/** The path of a playlist as it was at `asOfMs`, and of a segment; both relative to `/media/`. */
export const mediaPaths = {
  playlist: (asOfMs: number): string => `playlist/${asOfMs}.m3u8`,
  segment: ({ runFolder, name }: { runFolder: string; name: SegmentName }): string =>
    `${runFolder.split('/').map(encodeURIComponent).join('/')}/${encodeSegmentName(name)}`,
};

/**
 * Reads the path of a media URL, without its prefix. Only names that the codecs themselves would write are
 * let through, so no path can lead elsewhere.
 */
export function parseMediaPath(path: string): MediaPath | undefined {
  const parts = decodeParts(path);
  if (parts === undefined) return undefined;
  if (parts.length === 2) {
    const asOfMs = parts[0] === 'playlist' ? PLAYLIST.exec(parts[1] ?? '')?.[1] : undefined;
    return asOfMs === undefined ? undefined : { kind: 'playlist', asOfMs: Number(asOfMs) };
  }
  const trackFolder = parts.slice(0, TRACK_PARTS).join('/');
  if (decodeTrackFolder(trackFolder) === undefined) return undefined;
  const [run = '', file = ''] = parts.slice(TRACK_PARTS);
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
