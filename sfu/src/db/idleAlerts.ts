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

/** The {@link IdleAlertsRepository} on a database. */
export function createIdleAlertsRepository(database: Database): IdleAlertsRepository {
  return {
    async add(alert) {
      await database
        .insertInto('idle_alerts')
        .values({
          alert_id: alert.alertId,
          company_id: alert.companyId,
          device_id: alert.clientId,
          idle_since_ms: alert.idleSinceMs,
          raised_at_ms: alert.raisedAtMs,
          ended_at_ms: null,
        })
        .execute();
    },
    async end(alertId, endedAtMs) {
      await database
        .updateTable('idle_alerts')
        .set({ ended_at_ms: endedAtMs })
        .where('alert_id', '=', alertId)
        .where('ended_at_ms', 'is', null)
        .execute();
    },
    async endAll(nowMs) {
      await database
        .updateTable('idle_alerts')
        .set({ ended_at_ms: nowMs })
        .where('ended_at_ms', 'is', null)
        .execute();
    },
    async list(companyId, { limit, groupIds }) {
      if (groupIds?.length === 0) return [];
      const rows = await database
        .selectFrom('idle_alerts')
        .innerJoin('devices', 'devices.device_id', 'idle_alerts.device_id')
        .selectAll('idle_alerts')
        .select(['devices.name', 'devices.user_id'])
        .where('idle_alerts.company_id', '=', companyId)
        .$if(groupIds !== undefined, (query) => query.where('devices.group_id', 'in', [...(groupIds ?? [])]))
        .orderBy('raised_at_ms', 'desc')
        .orderBy('alert_id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        alertId: row.alert_id,
        companyId: row.company_id,
        clientId: row.device_id,
        deviceName: row.name,
        userId: row.user_id,
        idleSinceMs: row.idle_since_ms,
        raisedAtMs: row.raised_at_ms,
        endedAtMs: row.ended_at_ms,
      }));
    },
  };
}
