/** A segment in the player: where it lies in the media's time, and when it was recorded. */
export interface Fragment {
  startSeconds: number;
  durationSeconds: number;
  /** The server's wall time of its first frame, ms since 1970. */
  wallMs: number;
}

/** A stretch of wall time. */
export interface WallSpan {
  startMs: number;
  endMs: number;
}

/** How far behind the end of what is recorded a running session is played: about two segments. */
const LIVE_DISTANCE_SECONDS = 12;

/** A few frames. At the very end of the media there is no picture, and players keep the one from before the seek. */
const LAST_PICTURE_SECONDS = 0.1;

const wallEndMs = (fragment: Fragment): number => fragment.wallMs + fragment.durationSeconds * 1_000;

/** The wall time at a position in the media; undefined while there is no fragment. */
export function wallTimeAt(fragments: readonly Fragment[], positionSeconds: number): number | undefined {
  const fragment = fragments.findLast(({ startSeconds }) => startSeconds <= positionSeconds) ?? fragments[0];
  if (fragment === undefined) return undefined;
  const insideSeconds = Math.min(
    Math.max(0, positionSeconds - fragment.startSeconds),
    fragment.durationSeconds,
  );
  return fragment.wallMs + insideSeconds * 1_000;
}

/** The position in the media at a wall time; within a gap, where the recording goes on after it. */
export function positionAt(fragments: readonly Fragment[], wallMs: number): number | undefined {
  const fragment = fragments.find((candidate) => wallEndMs(candidate) > wallMs);
  if (fragment !== undefined) return fragment.startSeconds + Math.max(0, wallMs - fragment.wallMs) / 1_000;
  return fragments.length === 0 ? undefined : nearestPicture(fragments, Number.POSITIVE_INFINITY);
}

/** The position closest to this one at which there is a picture. */
export function nearestPicture(fragments: readonly Fragment[], positionSeconds: number): number {
  const [first, last] = [fragments[0], fragments.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const endSeconds = last.startSeconds + last.durationSeconds;
  return Math.max(first.startSeconds, Math.min(positionSeconds, endSeconds - LAST_PICTURE_SECONDS));
}

/**
 * Where a running session is played "live". Players keep at least a target duration away from the end, but
 * segments are far shorter than that.
 */
export function livePosition(fragments: readonly Fragment[]): number {
  const [first, last] = [fragments[0], fragments.at(-1)];
  if (first === undefined || last === undefined) return 0;
  return Math.max(first.startSeconds, last.startSeconds + last.durationSeconds - LIVE_DISTANCE_SECONDS);
}
