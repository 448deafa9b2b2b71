import type { CheckedManifest } from './manifestCheck.ts';
import type { SealLog } from './sealLogCheck.ts';

/** From the making of a seal until it is in the company's log goes by no more, but for a recorder that is cut off; and clocks differ. */
const MAX_REPORT_MS = 3_600_000;

/** What a company's log has not heard of: for it stands the recorder's key, and nothing else. */
export interface Unlogged {
  companyId: string;
  sessionId: string;
  recorderId: string;
  /** Whether it has heard of nothing of the session. */
  whole: boolean;
  /**
   * `no-log`: none of this company was given. `log-older`: the log ends before, a newer copy may have it. `not-reported`: the
   * log goes on after it, so the report is held up, or there never was one.
   */
  because: 'no-log' | 'log-older' | 'not-reported';
}

/** What of a manifest the log has not heard of; undefined: it has its last seal. */
export function findUnlogged({ begin, seals }: CheckedManifest, log: SealLog): Unlogged | undefined {
  const { companyId, sessionId, recorderId, sessionStartedAtMs } = begin;
  const newestMs = log.newestMs(companyId);
  const session = { companyId, sessionId, recorderId };
  if (newestMs === undefined) return { ...session, whole: true, because: 'no-log' };
  const logged = log.find(sessionId, recorderId);
  if (logged === undefined)
    return { ...session, whole: true, because: sessionStartedAtMs > newestMs ? 'log-older' : 'not-reported' };
  const lastNumber = Math.max(...logged.seals.keys());
  const first = [...seals.values()].find(({ number }) => number > lastNumber);
  if (first === undefined) return undefined;
  const because = first.atMs + MAX_REPORT_MS > newestMs ? 'log-older' : 'not-reported';
  return { ...session, whole: false, because };
}

/** Whether it is as it is with every copy of a log: what a session has sealed since. */
export const isSealedSince = ({ whole, because }: Unlogged): boolean => !whole && because === 'log-older';
