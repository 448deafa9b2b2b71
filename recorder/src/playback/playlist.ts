import type { RunIndexLine } from '../store/runIndex.ts';

/**
 * The target duration of every playlist, which must never change and which no segment may exceed (RFC 8216,
 * section 4.3.3.1). The sfu asks for a key frame at the latest after this time, so only silence is longer.
 */
export const TARGET_DURATION_S = 30;
/** How long a playlist stays open after a run ended that nobody stopped: the next one is being ordered. */
const SUCCESSOR_GRACE_MS = 60_000;

/** A run as a playlist needs it. */
export interface PlayableRun {
  /** The name of its folder. */
  folder: string;
  lines: readonly RunIndexLine[];
}

/** One track, all of its runs. */
export interface PlayableTrack {
  runs: readonly PlayableRun[];
  /** A run of the track is going on. */
  recording: boolean;
  nowMs: number;
  /** Turns a path relative to the playlist into a URL. */
  segmentUrl: (runFolder: string, segment: PlayableSegment) => string;
}

/** A closed segment, by the index. */
export type PlayableSegment = Extract<RunIndexLine, { type: 'segment' }>;

const segmentsOf = (run: PlayableRun): PlayableSegment[] =>
  run.lines.filter((line) => line.type === 'segment').sort((a, b) => a.index - b.index);

/** Writes the HLS playlist of a track (RFC 8216): all runs in order of wall time, from the first segment on. */
export function buildPlaylist(track: PlayableTrack): string {
  const runs = track.runs
    .map((run) => ({ run, segments: segmentsOf(run) }))
    .sort((a, b) => (a.segments[0]?.startMs ?? 0) - (b.segments[0]?.startMs ?? 0));
  const over = isOver(track);
  const rows = [
    '#EXTM3U',
    '#EXT-X-VERSION:6',
    `#EXT-X-TARGETDURATION:${TARGET_DURATION_S}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    `#EXT-X-PLAYLIST-TYPE:${over ? 'VOD' : 'EVENT'}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ];
  let discontinuous = false;
  for (const { run, segments } of runs) {
    for (const segment of segments) {
      if (discontinuous) rows.push('#EXT-X-DISCONTINUITY');
      const durationS = Math.min(segment.durationMs / 1_000, TARGET_DURATION_S);
      rows.push(
        `#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.startMs).toISOString()}`,
        `#EXTINF:${durationS.toFixed(3)},`,
        track.segmentUrl(run.folder, segment),
      );
      // After a silence the media time goes on far ahead; the player has to begin anew there.
      discontinuous = segment.durationMs > TARGET_DURATION_S * 1_000;
    }
    discontinuous ||= segments.length > 0;
  }
  if (over) rows.push('#EXT-X-ENDLIST');
  return `${rows.join('\n')}\n`;
}

/** Whether nothing will be added any more. */
function isOver({ runs, recording, nowMs }: PlayableTrack): boolean {
  if (recording) return false;
  const ends = runs.flatMap((run) => run.lines.filter((line) => line.type === 'end'));
  const last = ends.sort((a, b) => a.atMs - b.atMs).at(-1);
  return last === undefined || last.reason === 'stopped' || nowMs - last.atMs >= SUCCESSOR_GRACE_MS;
}
