import type { Clock } from '@sightline/shared';

/** How far the video of a run reaches on disk: into which part, and how many bytes of that. */
export interface VideoPosition {
  index: number;
  bytes: number;
}

/** A frame of a part. */
export interface PartFrame {
  /** Where it begins, in bytes. */
  offset: number;
  ticks: number;
}

/** A part of a run as it lies on disk, in media time (90 kHz, not wrapping). */
export interface LossyPart {
  index: number;
  startTicks: number;
  endTicks: number;
  /** All of them, in order. */
  frames: readonly PartFrame[];
  /** The ticks of those that need no other. */
  keyFrames: ReadonlySet<number>;
}

/** A stretch of media time. */
export interface TickInterval {
  fromTicks: number;
  toTicks: number;
}

/**
 * Where packets of a run's video were lost. ffmpeg tells of a loss when it gives up waiting for the packets, and until then
 * writes nothing that came after them. So if nothing was written for a while when it tells, what was on disk is intact, and
 * what follows is not, up to the next key frame. If it cannot be seen that nothing was written, as on a slow disk, or when
 * ffmpeg catches up with what has waited for it, the loss is somewhere between what was seen before and what is there
 * now: all of that counts as damaged.
 */
export interface LossMarks {
  /** How far the video on disk reached at a moment; told about once a second. */
  seen(position: VideoPosition, atMs: number): void;
  /** ffmpeg tells of lost packets. Resolves, when it is known where, with whether they were of the video. */
  add(): Promise<boolean>;
  /** Resolves when it is known where everything is that ffmpeg has told of so far, and would be remembered after a kill. */
  settled(): Promise<void>;
  /** The first part from which on there is something that {@link LossMarks.damageIn} was not asked for yet. */
  readonly firstLost: number | undefined;
  /** Whether something was lost in a part, or perhaps in it. */
  isMarked(index: number): boolean;
  /** What of a closed part is damaged. To be asked once, in order of the parts. */
  damageIn(part: LossyPart): TickInterval[];
}

/** What {@link createLossMarks} needs to know of a run. */
export interface LossMarksDeps {
  /** How many intact frames ffmpeg may hold back while it waits. */
  heldFrames: number;
  /** Then a loss may be one of sound, for which video does not stop. */
  hasAudio: boolean;
  /** Nothing is written of what follows a loss until a key frame, as with VP8. */
  dropsDamaged: boolean;
  /** How far the video on disk reaches now; undefined before its first frame. */
  locate: () => Promise<VideoPosition | undefined>;
  /** Resolves when it would be known after a kill that something was lost from this part on. Never rejects. */
  remember: (index: number) => Promise<void>;
  /** Whether packets of the video came faster than ffmpeg took them, since this was asked last. */
  overflowed: () => Promise<boolean>;
  clock: Pick<Clock, 'nowMs'>;
}

/** Whether two positions are the same. */
export const isSame = (a: VideoPosition, b: VideoPosition): boolean =>
  a.index === b.index && a.bytes === b.bytes;

/** A loss lies behind the one position and not behind the other. */
interface Mark {
  toldAtMs: number;
  after: VideoPosition;
  upTo: VideoPosition;
}

/** Less than what ffmpeg waits for packets, in which it writes nothing. */
const FRESH_MS = 2_500;
const NOWHERE: VideoPosition = { index: 0, bytes: 0 };
const NOT_KNOWN: VideoPosition = { index: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

/** Builds those of a run that has lost nothing yet. */
export function createLossMarks(deps: LossMarksDeps): LossMarks {
  let position = NOWHERE;
  let seenAtMs = Number.NEGATIVE_INFINITY;
  let lostAtMs = Number.NEGATIVE_INFINITY;
  let rests = false;
  let marks: Mark[] = [];
  let settled: Promise<unknown> = Promise.resolve();

  const locate = async (mark: Mark, was: { known: boolean; atRest: boolean }): Promise<boolean> => {
    const { after } = mark;
    const known = was.known && !(await deps.overflowed());
    if (known && deps.hasAudio && !was.atRest) {
      marks = marks.filter((one) => one !== mark);
      return false;
    }
    mark.upTo = known && was.atRest ? after : ((await deps.locate()) ?? after);
    return true;
  };

  const damageAfter = (part: LossyPart, mark: Mark): TickInterval => {
    const { after, upTo } = mark;
    const intactBytes = after.index < part.index ? 0 : after.bytes;
    const fromTicks = part.frames.findLast(({ offset }) => offset < intactBytes)?.ticks ?? part.startTicks;
    const isWhole = upTo.index > part.index;
    const waitedBytes = upTo.index < part.index ? 0 : upTo.bytes;
    const behind = isWhole
      ? []
      : part.frames.filter(({ offset, ticks }) => offset >= waitedBytes && ticks > fromTicks);
    const next = behind.slice(deps.dropsDamaged ? 0 : deps.heldFrames);
    const healed = next.find(({ ticks }) => part.keyFrames.has(ticks))?.ticks;
    // A key frame begins the next part; whether it is the damaged one cannot be seen.
    if (isWhole || (healed === undefined && next.length === 0 && !deps.dropsDamaged)) {
      mark.after = { index: part.index + 1, bytes: 0 };
      marks.push(mark);
    }
    return { fromTicks, toTicks: healed ?? part.endTicks };
  };

  return {
    seen(now, atMs) {
      rests = isSame(now, position);
      position = now;
      seenAtMs = atMs;
      for (const mark of marks) if (mark.upTo === NOT_KNOWN && mark.toldAtMs < atMs) mark.upTo = now;
    },
    add() {
      const nowMs = deps.clock.nowMs();
      const known = nowMs - seenAtMs < FRESH_MS && seenAtMs > lostAtMs;
      lostAtMs = nowMs;
      const mark = { toldAtMs: nowMs, after: position, upTo: NOT_KNOWN };
      marks.push(mark);
      const located = locate(mark, { known, atRest: rests });
      settled = Promise.allSettled([settled, located, deps.remember(position.index)]);
      return located;
    },
    async settled() {
      await settled;
    },
    get firstLost() {
      return marks.length === 0 ? undefined : Math.min(...marks.map(({ after }) => after.index));
    },
    isMarked: (index) => marks.some(({ after }) => after.index <= index),
    damageIn(part) {
      const own = marks.filter(({ after }) => after.index <= part.index);
      marks = marks.filter(({ after }) => after.index > part.index);
      return merge(own.map((mark) => damageAfter(part, mark)).sort((a, b) => a.fromTicks - b.fromTicks));
    },
  };
}

/** Those of a run that a killed recorder left: where it was lost is not known any more, so that all counts from a part on. */
export const lossMarksFrom = (
  lostFrom = Number.POSITIVE_INFINITY,
): Pick<LossMarks, 'settled' | 'isMarked' | 'damageIn'> => ({
  settled: () => Promise.resolve(),
  isMarked: (index) => index >= lostFrom,
  damageIn: ({ startTicks, endTicks }) => [{ fromTicks: startTicks, toTicks: endTicks }],
});

function merge(sorted: readonly TickInterval[]): TickInterval[] {
  const merged: TickInterval[] = [];
  for (const interval of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && interval.fromTicks <= last.toTicks) {
      merged[merged.length - 1] = { ...last, toTicks: Math.max(last.toTicks, interval.toTicks) };
    } else merged.push(interval);
  }
  return merged;
}
