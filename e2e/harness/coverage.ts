import type { FrameSample } from './frameSummary.ts';

/** A stretch of which no picture shows anything, ms since 1970 by the clock of the screen. */
export interface CoverageGap {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface CoverageSummary {
  readonly fromMs: number;
  readonly toMs: number;
  /** From the first to the last picture, without the gaps. */
  readonly coveredMs: number;
  readonly gaps: readonly CoverageGap[];
  /** The longest time between two neighbouring pictures, gaps included. */
  readonly longestPauseMs: number;
}

/** The time between one picture and the next; pictures without a pattern do not count. */
function pausesOf(samples: readonly FrameSample[]): CoverageGap[] {
  const times = samples
    .flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern.wallMs]))
    .toSorted((a, b) => a - b);
  return times.slice(1).map((toMs, at) => ({ fromMs: times[at] ?? toMs, toMs }));
}

/** What is killed at a moment may let pictures through for as long after it. */
const DYING_MS = 200;

/**
 * The longest time without a picture that a kill at `atMs` may have made: around that moment, or from shortly after it.
 * Undefined before the first picture and after the last.
 */
export function pauseAround(samples: readonly FrameSample[], atMs: number): CoverageGap | undefined {
  return pausesOf(samples)
    .filter(({ fromMs, toMs }) => fromMs <= atMs + DYING_MS && atMs < toMs)
    .toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))[0];
}

/**
 * What part of the screen's time the pictures show; nothing with fewer than two.
 *
 * @param maxPauseMs two neighbouring pictures that lie further apart have a gap between them.
 */
export function summariseCoverage(samples: readonly FrameSample[], maxPauseMs: number): CoverageSummary {
  const pauses = pausesOf(samples);
  const lengthOf = ({ fromMs, toMs }: CoverageGap): number => toMs - fromMs;
  const gaps = pauses.filter((pause) => lengthOf(pause) > maxPauseMs);
  const fromMs = pauses[0]?.fromMs ?? 0;
  const toMs = pauses.at(-1)?.toMs ?? 0;
  return {
    fromMs,
    toMs,
    coveredMs: toMs - fromMs - gaps.reduce((sum, gap) => sum + lengthOf(gap), 0),
    gaps,
    longestPauseMs: Math.max(0, ...pauses.map(lengthOf)),
  };
}

/** How far the pictures go back in time at worst; their numbers begin again with a new pattern. */
export function longestStepBackMs(samples: readonly FrameSample[]): number {
  const times = samples.flatMap(({ pattern }) => pattern?.wallMs ?? []);
  return Math.max(0, ...times.slice(1).map((atMs, at) => (times[at] ?? atMs) - atMs));
}
