import { fail, succeed, type Interval, type LocalPiece, type Result } from '@sightline/shared';
import { PROVISIONAL_ENDS, type HealingTarget } from '../db/healing.ts';

/** What an agent records in one go is shorter. */
const MAX_PIECE_MS = 6 * 3_600_000;
/** Some days of a busy screen. */
const MAX_PIECE_BYTES = 8 * 2 ** 30;
/** How far a measured clock may be off. */
const CLOCK_ERROR_MS = 5_000;
/** An agent that comes back later than this began a session of its own meanwhile. */
const MAX_ABSENCE_MS = 24 * 3_600_000;
/** More displays than anybody has. */
const MAX_TRACKS = 32;

/** Where a piece belongs in the sfu's time, and until when its session lasted at least. */
export interface Placement extends Interval {
  /** Null: its end stands. */
  extendToMs: number | null;
}

/** What is wrong with a piece, and whether that will ever change. */
export interface Misplacement {
  why: string;
  final: boolean;
}

const never = (why: string): Result<never, Misplacement> => fail({ why, final: true });
const notYet = (why: string): Result<never, Misplacement> => fail({ why, final: false });

/**
 * Corrects a piece's times by the clock that was measured beside it, and says where it belongs in its session. A session
 * whose end was only concluded goes on as far as the agent recorded, up to the device's next one.
 */
export function placePiece(
  piece: LocalPiece,
  target: HealingTarget,
  nowMs: number,
): Result<Placement, Misplacement> {
  const fromMs = Math.round(piece.fromMs + piece.clockOffsetMs);
  const toMs = Math.round(piece.toMs + piece.clockOffsetMs);
  if (toMs <= fromMs) return never('It ends before it begins.');
  if (toMs - fromMs > MAX_PIECE_MS) return never('It is longer than a piece can be.');
  if (piece.bytes > MAX_PIECE_BYTES) return never('It is larger than a piece can be.');
  if (toMs > nowMs + CLOCK_ERROR_MS) return notYet('It lies in the future.');
  if (!target.trackIds.includes(piece.trackId) && target.trackIds.length >= MAX_TRACKS)
    return never('Its session has too many tracks.');
  if (toMs <= target.startedAtMs) return never('It lies before its session.');
  if (target.endedAtMs === null) return succeed({ fromMs, toMs, extendToMs: null });
  const lastMs = latestEnd(target.endedAtMs, target);
  if (fromMs >= lastMs) return never('It lies after its session.');
  const extendToMs = Math.min(toMs, lastMs);
  return succeed({ fromMs, toMs, extendToMs: extendToMs > target.endedAtMs ? extendToMs : null });
}

function latestEnd(endedAtMs: number, { endReason, nextStartMs }: HealingTarget): number {
  if (endReason === null || !PROVISIONAL_ENDS.includes(endReason)) return endedAtMs;
  return Math.max(endedAtMs, Math.min(endedAtMs + MAX_ABSENCE_MS, nextStartMs ?? Infinity));
}
