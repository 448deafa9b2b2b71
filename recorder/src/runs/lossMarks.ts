/** A part of a run as it lies on disk, in media time (90 kHz, not wrapping). */
export interface LossyPart {
  index: number;
  startTicks: number;
  endTicks: number;
  /** Of all frames. */
  frames: readonly number[];
  /** Of those that need no other. */
  keyFrames: ReadonlySet<number>;
}

/** A stretch of media time. */
export interface TickInterval {
  fromTicks: number;
  toTicks: number;
}

/**
 * Where packets of a run's video were lost. ffmpeg tells of a loss when it gives up waiting for the packets, and until then
 * writes nothing that came after them: what it had written shortly before is intact, and what follows is not, up to
 * the next key frame.
 */
export interface LossMarks {
  /** How far the video on disk reaches, as of now; told about once a second. */
  seen(position: { index: number; ticks: number }): void;
  /** ffmpeg tells of lost packets. Returns whether they were of the video. */
  add(): boolean;
  /** Whether something was lost in a part, or perhaps in it. */
  isMarked(index: number): boolean;
  /** What of a closed part is damaged. To be asked once, in order of the parts. */
  damageIn(part: LossyPart): TickInterval[];
}

/**
 * @param options.heldFrames how many intact frames ffmpeg may hold back while it waits
 * @param options.hasAudio then a loss may be one of sound, for which video does not stop
 * @param options.dropsDamaged nothing is written of what follows a loss until a key frame, as with VP8
 */
export function createLossMarks(options: {
  heldFrames: number;
  hasAudio: boolean;
  dropsDamaged: boolean;
}): LossMarks {
  let position = { index: 0, ticks: Number.NEGATIVE_INFINITY };
  let rests = false;
  let marks: { index: number; ticks: number }[] = [];

  const damageAfter = (part: LossyPart, ticks: number): TickInterval => {
    const after = part.frames.filter((frame) => frame > Math.max(ticks, part.startTicks));
    const next = after.slice(options.dropsDamaged ? 0 : options.heldFrames);
    const healed = next.find((frame) => part.keyFrames.has(frame));
    // A key frame begins the next part; whether it is the damaged one cannot be seen.
    if (healed === undefined && next.length === 0 && !options.dropsDamaged) {
      marks.push({ index: part.index + 1, ticks: Number.NEGATIVE_INFINITY });
    }
    return { fromTicks: Math.max(ticks, part.startTicks), toTicks: healed ?? part.endTicks };
  };

  return {
    seen(now) {
      rests = now.index === position.index && now.ticks === position.ticks;
      position = now;
    },
    add() {
      if (options.hasAudio && !rests) return false;
      if (!marks.some((mark) => mark.index === position.index && mark.ticks === position.ticks)) {
        marks.push(position);
      }
      return true;
    },
    isMarked: (index) => marks.some((mark) => mark.index <= index),
    damageIn(part) {
      const own = marks.filter((mark) => mark.index <= part.index);
      marks = marks.filter((mark) => mark.index > part.index);
      const damage = own
        .map((mark) => damageAfter(part, mark.index < part.index ? Number.NEGATIVE_INFINITY : mark.ticks))
        .sort((a, b) => a.fromTicks - b.fromTicks);
      return merge(damage);
    },
  };
}

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
