import type { Clock } from '@sightline/shared';

/** Grants or refuses one request. */
export type Limiter = () => boolean;

/** `burst` requests at once, then `perSecond` sustained. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** A token bucket. */
export function createTokenBucket(clock: Pick<Clock, 'nowMs'>, options: Rate): Limiter {
  let tokens = options.burst;
  let filledAtMs = clock.nowMs();
  return () => {
    const nowMs = clock.nowMs();
    const gained = (Math.max(0, nowMs - filledAtMs) / 1_000) * options.perSecond;
    tokens = Math.min(options.burst, tokens + gained);
    filledAtMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
