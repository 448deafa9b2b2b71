import type { WallSpan } from './mediaTimeline.ts';

/** The stretch that somebody marks in a player; what is undefined is where the timeline begins or ends. */
export type Marks = { readonly [Edge in keyof WallSpan]: number | undefined };

/** Nothing is marked. */
export const NO_MARKS: Marks = { startMs: undefined, endMs: undefined };

/** Moves the start; an end that would not lie behind it goes. */
export const markStart = ({ endMs }: Marks, startMs: number): Marks => ({
  startMs,
  endMs: endMs !== undefined && endMs > startMs ? endMs : undefined,
});

/** Moves the end; a start that would not lie before it goes. */
export const markEnd = ({ startMs }: Marks, endMs: number): Marks => ({
  startMs: startMs !== undefined && startMs < endMs ? startMs : undefined,
  endMs,
});
