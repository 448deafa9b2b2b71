import type { WallSpan } from './mediaTimeline.ts';

const DAY_MS = 86_400_000;
const TICK_STEPS_MS = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400].map(
  (s) => s * 1_000,
);

/** Round times of the viewer's zone for the labels under a timeline, at most `maxCount` of them. */
export function tickTimes({ startMs, endMs }: WallSpan, maxCount: number): number[] {
  const stepMs =
    TICK_STEPS_MS.find((step) => (endMs - startMs) / step <= maxCount) ??
    TICK_STEPS_MS.at(-1) ??
    endMs - startMs;
  const zoneMs = new Date(startMs).getTimezoneOffset() * 60_000;
  const ticks: number[] = [];
  for (
    let atMs = Math.ceil((startMs - zoneMs) / stepMs) * stepMs + zoneMs;
    atMs <= endMs && ticks.length < maxCount;
    atMs += stepMs
  ) {
    ticks.push(atMs);
  }
  return ticks;
}

/** How far into a span a time lies, from 0 to 1. */
export const shareOf = (atMs: number, { startMs, endMs }: WallSpan): number =>
  Math.min(1, Math.max(0, (atMs - startMs) / (endMs - startMs)));

/** Whether times of day alone do not tell the moments of a span apart. */
export const needsDates = ({ startMs, endMs }: WallSpan): boolean => endMs - startMs > DAY_MS;
