import { decodeRunFolder, decodeSegmentName, decodeTrackFolder, encodeSegmentName } from '@sightline/shared';

/** What a URL below `/media/` means. `track` is the track's folder, relative to the recordings' root. */
export type MediaPath =
  { kind: 'playlist'; track: string } | { kind: 'segment'; track: string; file: string };

const TRACK_PARTS = 7;

/**
 * Reads the path of a media URL, without its prefix. Only names that the codecs themselves would write are
 * let through, so no path can lead elsewhere.
 */
export function parseMediaPath(path: string): MediaPath | undefined {
  const parts = decodeParts(path);
  if (parts === undefined) return undefined;
  const track = parts.slice(0, TRACK_PARTS).join('/');
  if (decodeTrackFolder(track) === undefined) return undefined;
  const [run = '', name = ''] = parts.slice(TRACK_PARTS);
  if (parts.length === TRACK_PARTS + 1 && run === 'playlist.m3u8') return { kind: 'playlist', track };
  const segment = decodeSegmentName(name);
  if (parts.length !== TRACK_PARTS + 2 || decodeRunFolder(run) === undefined || segment === undefined)
    return undefined;
  return { kind: 'segment', track, file: `${track}/${run}/${encodeSegmentName(segment)}` };
}

/** The names of a URL's path; undefined if it is not well formed (RFC 3986, section 2.1). */
function decodeParts(path: string): string[] | undefined {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
