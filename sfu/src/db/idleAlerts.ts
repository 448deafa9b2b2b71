import type { IdleAlert } from '@sightline/shared';
import type { Database } from './database.ts';

/** Idle alerts on disk. */
export interface IdleAlertsRepository {
  add(
    alert: Pick<IdleAlert, 'alertId' | 'companyId' | 'clientId' | 'idleSinceMs' | 'raisedAtMs'>,
  ): Promise<void>;
  end(alertId: string, endedAtMs: number): Promise<void>;
  /** Ends what a server that did not shut down left open, at `nowMs`. */
  endAll(nowMs: number): Promise<void>;
  /** The newest first; only of devices in these groups, if given. */
  list(companyId: string, options: { limit: number; groupIds?: readonly string[] }): Promise<IdleAlert[]>;
}
