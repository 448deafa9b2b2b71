import { isIPv6 } from 'node:net';
import type { Clock } from '@sightline/shared';

/** How fast somebody may go on guessing. */
interface Pace {
  /** So many failures are free. */
  free: number;
  /** The wait after the next one; it doubles with each that follows. */
  firstWaitMs: number;
  longestWaitMs: number;
}

/** Nobody can be locked out of an account for longer than its longest wait. */
export const ACCOUNT_PACE: Pace = { free: 5, firstWaitMs: 1_000, longestWaitMs: 60_000 };
/** An address may be that of a whole office. */
export const ADDRESS_PACE: Pace = { free: 30, firstWaitMs: 1_000, longestWaitMs: 15 * 60_000 };

/** An attempt that was let through; it counts as failed until it says otherwise. */
export interface Attempt {
  /** It was right: what failed before is forgotten. */
  succeeded(): void;
  /** It was neither right nor wrong: it does not count, what failed before still does. */
  withdrawn(): void;
}

/** Slows down who keeps failing. */
export interface Throttle {
  /**
   * Lets an attempt through, counting it as failed at once so that many at the same time gain nothing, or says how
   * long to wait. Attempts that are refused do not count.
   */
  begin(key: string): Attempt | { waitMs: number };
}

interface Failures {
  count: number;
  /** Before this, nothing is let through. */
  blockedUntilMs: number;
  lastAtMs: number;
}

/** What an address counts as: of IPv6 the /64, for who has one address there has them all (RFC 6177). */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}

const KEYS_LIMIT = 10_000;
/** Failures are forgotten after this long without another one. */
const FORGET_MS = 60 * 60_000;

/** Builds a {@link Throttle}. It remembers the 10,000 keys that failed last, for an hour each. */
export function createThrottle(clock: Pick<Clock, 'nowMs'>, pace: Pace): Throttle {
  // In order of their last failure, the oldest first.
  const failures = new Map<string, Failures>();

  const note = (key: string, count: number, lastAtMs: number): void => {
    failures.delete(key);
    if (count <= 0) return;
    const over = count - pace.free;
    const waitMs = over < 0 ? 0 : Math.min(pace.longestWaitMs, pace.firstWaitMs * 2 ** over);
    failures.set(key, { count, blockedUntilMs: lastAtMs + waitMs, lastAtMs });
    const [oldest] = failures.keys();
    if (failures.size > KEYS_LIMIT && oldest !== undefined) failures.delete(oldest);
  };

  return {
    begin(key) {
      const nowMs = clock.nowMs();
      const known = failures.get(key);
      const before = known === undefined || nowMs - known.lastAtMs > FORGET_MS ? undefined : known;
      if (before !== undefined && nowMs < before.blockedUntilMs) {
        return { waitMs: before.blockedUntilMs - nowMs };
      }
      note(key, (before?.count ?? 0) + 1, nowMs);
      return {
        succeeded: () => void failures.delete(key),
        withdrawn: () => note(key, (failures.get(key)?.count ?? 0) - 1, before?.lastAtMs ?? nowMs),
      };
    },
  };
}
