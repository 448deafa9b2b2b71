import type { Fragment } from './mediaTimeline.ts';

/** Positions are rounded by players. */
const ROUNDING_SECONDS = 0.05;
/** A few frames. */
const BEFORE_SECONDS = 0.1;

/** Where to go on after a picture that cannot be decoded. */
export interface Resumption {
  positionSeconds: number;
  /** Nothing lies behind the damage: this is the last picture before it. */
  atEnd: boolean;
}

/**
 * Browsers stop at a picture that cannot be decoded, such as one that lacks a lost packet. The next fragment begins with
 * one that needs no other. Undefined if there is nothing but the damaged fragment.
 */
export function resumeBehind(
  fragments: readonly Fragment[],
  positionSeconds: number,
): Resumption | undefined {
  const next = fragments.find(({ startSeconds }) => startSeconds > positionSeconds + ROUNDING_SECONDS);
  if (next !== undefined) return { positionSeconds: next.startSeconds, atEnd: false };
  const last = fragments.at(-1);
  if (last === undefined || fragments.length === 1) return undefined;
  return { positionSeconds: last.startSeconds - BEFORE_SECONDS, atEnd: true };
}
