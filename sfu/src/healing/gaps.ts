import { subtract, union, type Interval } from '@sightline/shared';
import type { RecordedStretch } from '../db/healing.ts';

/** Shorter gaps are not healed: they are within what a cut may be off. */
export const MIN_GAP_MS = 100;

/** What {@link findGaps} looks at. */
export interface GapSearch {
  piece: Interval & { pieceId: string };
  /** `endedAtMs` null: it runs. */
  session: { startedAtMs: number; endedAtMs: number | null };
  /** What is recorded of the track, see `listStretches`. */
  stretches: readonly RecordedStretch[];
  /** When the track was not to be recorded. */
  unwanted: readonly Interval[];
}

/**
 * Finds what a piece can give its track: the parts of it that lie in the session, are not recorded otherwise, and were to
 * be recorded. What came from the piece itself does not count, so that asking again gives the same. What was recorded and
 * deleted since stays away.
 */
export function findGaps({ piece, session, stretches, unwanted }: GapSearch): Interval[] {
  const inSession = {
    fromMs: Math.max(piece.fromMs, session.startedAtMs),
    toMs: Math.min(piece.toMs, session.endedAtMs ?? piece.toMs),
  };
  const taken = stretches
    .filter(({ runId }) => runId !== piece.pieceId)
    .flatMap(({ segments }) => segments)
    .concat(unwanted);
  return subtract(union([inSession]), union(taken)).filter(({ fromMs, toMs }) => toMs - fromMs >= MIN_GAP_MS);
}

/** Whether a live run may still announce segments that touch the piece: what is missing is not known yet. */
export function isUnsettled({ piece, stretches }: Pick<GapSearch, 'piece' | 'stretches'>): boolean {
  return stretches.some(({ source, startedAtMs, endedAtMs, segments }) => {
    if (source !== 'live' || endedAtMs !== null || startedAtMs >= piece.toMs) return false;
    return (segments.at(-1)?.toMs ?? startedAtMs) < piece.toMs;
  });
}
