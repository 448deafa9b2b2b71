/** A segment as a playlist names it. */
export interface ListedSegment {
  /** As it stands in the playlist: relative to it. */
  readonly url: string;
  /** EXT-X-PROGRAM-DATE-TIME, ms since 1970. */
  readonly startMs: number;
  /** EXTINF. */
  readonly durationMs: number;
  /** An EXT-X-DISCONTINUITY stands before it. */
  readonly discontinuous: boolean;
}

/** A media playlist (RFC 8216), as far as tests look into it. */
export interface Playlist {
  readonly targetDurationS: number;
  /** EXT-X-ENDLIST is there. */
  readonly ended: boolean;
  readonly segments: readonly ListedSegment[];
  /** The sum of all EXTINF. */
  readonly totalMs: number;
}

/** @throws Error if a segment lacks its duration or its time, or the playlist its target duration. */
export function parsePlaylist(text: string): Playlist {
  const segments: ListedSegment[] = [];
  let next: { startMs?: number; durationMs?: number; discontinuous?: boolean } = {};
  let targetDurationS: number | undefined;
  for (const row of text.split('\n').filter((line) => line !== '')) {
    const [, tag, value = ''] = /^#([A-Z0-9-]+)(?::(.*))?$/.exec(row) ?? [];
    if (tag === 'EXT-X-TARGETDURATION') targetDurationS = Number(value);
    else if (tag === 'EXT-X-PROGRAM-DATE-TIME') next.startMs = Date.parse(value);
    else if (tag === 'EXT-X-DISCONTINUITY') next.discontinuous = true;
    else if (tag === 'EXTINF') next.durationMs = Math.round(Number.parseFloat(value) * 1_000);
    if (row.startsWith('#')) continue;
    const { startMs, durationMs, discontinuous = false } = next;
    if (startMs === undefined || durationMs === undefined) throw new Error(`no time or duration for ${row}`);
    segments.push({ url: row, startMs, durationMs, discontinuous });
    next = {};
  }
  if (targetDurationS === undefined) throw new Error('a playlist without a target duration');
  return {
    targetDurationS,
    ended: text.includes('#EXT-X-ENDLIST'),
    segments,
    totalMs: segments.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}
