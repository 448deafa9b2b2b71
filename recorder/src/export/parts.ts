import { subtract, union, type Interval } from '@sightline/shared';
import type { EncodeOptions } from '../ffmpeg/exportCommand.ts';
import type { TsKeyFrame } from '../ffmpeg/tsFrames.ts';
import { enclosing, ptsAt, sizesOf, wallMsAt, type Stretch } from './stretches.ts';

/** What is to be burnt into every picture. */
export interface BurnIn {
  wallClock: boolean;
  /** Empty: nothing. */
  text: string;
}

/** A part of a video, to be made of a stretch. */
export interface Part {
  stretch: Stretch;
  /** The key frame of the first segment to begin to read at. */
  begin: TsKeyFrame | undefined;
  /** Wall time at which it begins: if it is copied, at a key frame, which may be before what is wanted. */
  fromMs: number;
  durationMs: number;
  encode: Omit<EncodeOptions, 'burnIn'> | undefined;
  sound: 'copied' | 'silence' | 'none';
}

const PTS_PER_S = 90_000;

/** Says how each stretch becomes a part: copied if all pictures have one size and nothing is burnt in. */
export function planParts(stretches: readonly Stretch[], burnIn: BurnIn | undefined): Part[] {
  const sizes = sizesOf(stretches);
  const encodes = burnIn !== undefined || sizes.length > 1;
  const sounds = stretches.some(({ hasAudio }) => hasAudio);
  return stretches.map((stretch): Part => {
    const { fromMs, toMs } = stretch.range;
    const fromPts = ptsAt(stretch, fromMs);
    const first = stretch.segments[0];
    const begin = lastUpTo(first?.keyFrames ?? [], fromPts, ({ pts }) => pts);
    const sound = stretch.hasAudio ? 'copied' : sounds ? 'silence' : 'none';
    if (encodes) {
      const firstFramePts = lastUpTo(first?.frames ?? [], fromPts, ({ pts }) => pts)?.pts ?? fromPts;
      const encode = {
        firstFrameS: firstFramePts / PTS_PER_S,
        fromS: fromPts / PTS_PER_S,
        size: enclosing(sizes),
      };
      return { stretch, begin, fromMs, durationMs: toMs - fromMs, encode, sound };
    }
    const beginMs = begin === undefined ? stretch.startMs : wallMsAt(stretch, begin.pts);
    return { stretch, begin, fromMs: beginMs, durationMs: toMs - beginMs, encode: undefined, sound };
  });
}

/** The last one whose time has come; the first one if none has. */
function lastUpTo<T>(ordered: readonly T[], limit: number, timeOf: (item: T) => number): T | undefined {
  return ordered.findLast((item) => timeOf(item) <= limit + 1) ?? ordered[0];
}

/**
 * What a person should know of how the video differs from what was asked for; null: it does not.
 *
 * @param elsewhere what other recorders have of it: that is missing here too, and yet recorded.
 */
export function describeParts(
  parts: readonly Part[],
  wanted: Interval,
  elsewhere: readonly Interval[],
): string | null {
  const said: string[] = [];
  const [first] = parts;
  if (first === undefined) return null;
  const earlyMs = wanted.fromMs - first.fromMs;
  if (earlyMs > 0)
    said.push(`It is copied, and begins ${inSeconds(earlyMs)} s before the time asked for, at a key frame.`);
  const shown = parts.map(({ stretch, fromMs }, at) =>
    at === 0 ? { ...stretch.range, fromMs } : stretch.range,
  );
  const missing = subtract([wanted], union([...shown, ...elsewhere]));
  const missingMs = missing.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  if (missingMs >= 100)
    said.push(
      `${inSeconds(missingMs)} s of the range are not recorded and were cut out; the ledger says why.`,
    );
  return said.length === 0 ? null : said.join(' ');
}

const inSeconds = (ms: number): string => (ms / 1_000).toFixed(1);
