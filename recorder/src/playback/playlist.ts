import type { RecordedTrack } from './recordedTrack.ts';
import type { TimelineSegment, TimeRange } from './timeline.ts';

/**
 * The target duration of every playlist, which must never change and which no segment may exceed (RFC 8216,
 * section 4.3.3.1). The sfu asks for a key frame at the latest after this time, so only silence is longer: behind it
 * the media's time is far ahead, and the player has to begin anew.
 */
export const TARGET_DURATION_S = 30;
/** How long a playlist stays open after a run ended that nobody stopped: the next one is being ordered. */
const SUCCESSOR_GRACE_MS = 60_000;

/** What a playlist lists. */
export interface PlaylistContent {
  timeline: readonly TimelineSegment[];
  /** Nothing will be added any more. */
  over: boolean;
  segmentUrl: (segment: TimelineSegment) => string;
}

/** Writes an HLS playlist (RFC 8216) that begins with the first segment. */
export function buildPlaylist({ timeline, over, segmentUrl }: PlaylistContent): string {
  const rows = [
    '#EXTM3U',
    '#EXT-X-VERSION:6',
    `#EXT-X-TARGETDURATION:${TARGET_DURATION_S}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    `#EXT-X-PLAYLIST-TYPE:${over ? 'VOD' : 'EVENT'}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ];
  for (const segment of timeline) {
    const { startMs } = segment.name;
    if (segment.discontinuous) rows.push('#EXT-X-DISCONTINUITY');
    rows.push(
      `#EXT-X-PROGRAM-DATE-TIME:${new Date(startMs).toISOString()}`,
      `#EXTINF:${shownSeconds(segment).toFixed(3)},`,
      segmentUrl(segment),
    );
  }
  if (over) rows.push('#EXT-X-ENDLIST');
  return `${rows.join('\n')}\n`;
}

/** How long a segment is shown for in a playlist. */
export const shownSeconds = ({ shownMs }: Pick<TimelineSegment, 'shownMs'>): number =>
  Math.min(shownMs / 1_000, TARGET_DURATION_S);

/** Whether nothing will be added any more to what touches `range`. */
export function isOver(
  track: RecordedTrack,
  now: { recording: boolean; nowMs: number; range: TimeRange | undefined },
): boolean {
  const { range } = now;
  if (range !== undefined && track.runs.some((run) => reaches(run.segments.at(-1), range.toMs))) return true;
  if (now.recording) return false;
  if (track.closed) return true;
  const ends = track.runs.flatMap(({ end }) => end ?? []).sort((a, b) => a.atMs - b.atMs);
  // One without an end was left by a killed recorder, and is still to be adopted.
  if (ends.length < track.runs.length) return false;
  const last = ends.at(-1);
  return last === undefined || last.reason === 'stopped' || now.nowMs - last.atMs >= SUCCESSOR_GRACE_MS;
}

const reaches = (segment: { startMs: number; durationMs: number } | undefined, toMs: number): boolean =>
  segment !== undefined && segment.startMs + segment.durationMs >= toMs;
