import { exportOrder, mediaElsewhere, type ExportState, type ExportView } from '@sightline/shared';
import * as z from 'zod';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** What becomes of an export. */
export interface ExportChange {
  state: ExportState;
  progress: number;
  message: string | null;
  bytes: number | null;
  finishedAtMs: number | null;
}

/** What is on record of exports. */
export interface ExportsRepository {
  /** All of them, or none. */
  add(exports: readonly ExportView[]): Promise<void>;
  find(exportId: string): Promise<ExportView | undefined>;
  /** The newest first; of these companies only. */
  list(companyIds: readonly string[] | 'all', limit: number): Promise<ExportView[]>;
  /** Those of a recorder that are neither done, failed nor cancelled, the oldest first. */
  listUnfinished(recorderId: string): Promise<ExportView[]>;
  /** A state only moves forward: undefined if it could not, or there is no such export. */
  change(exportId: string, change: ExportChange): Promise<ExportView | undefined>;
}

/** From where a state can be reached. Whoever has a result may still drop it. */
const BEFORE: Readonly<Record<ExportState, readonly ExportState[]>> = {
  queued: ['queued'],
  running: ['queued', 'running'],
  done: ['queued', 'running', 'done'],
  failed: ['queued', 'running', 'failed'],
  cancelled: ['queued', 'running', 'done', 'failed'],
};

/** The {@link ExportsRepository} on a database. */
export function createExportsRepository(database: Database): ExportsRepository {
  const all = () => database.selectFrom('exports').selectAll();
  const find = async (exportId: string): Promise<ExportView | undefined> => {
    const row = await all().where('export_id', '=', exportId).executeTakeFirst();
    return row && toExport(row);
  };
  return {
    async add(exports) {
      await database.insertInto('exports').values(exports.map(toRow)).execute();
    },
    find,
    async list(companyIds, limit) {
      if (companyIds.length === 0) return [];
      const rows = await all()
        .$if(companyIds !== 'all', (query) =>
          query.where('company_id', 'in', companyIds === 'all' ? [] : [...companyIds]),
        )
        .orderBy('requested_at_ms', 'desc')
        .orderBy('export_id')
        .limit(limit)
        .execute();
      return rows.map(toExport);
    },
    async listUnfinished(recorderId) {
      const rows = await all()
        .where('recorder_id', '=', recorderId)
        .where('state', 'in', ['queued', 'running'])
        .orderBy('requested_at_ms')
        .orderBy('export_id')
        .execute();
      return rows.map(toExport);
    },
    async change(exportId, { state, progress, message, bytes, finishedAtMs }) {
      const { numUpdatedRows } = await database
        .updateTable('exports')
        .set({ state, progress, message, bytes, finished_at_ms: finishedAtMs })
        .where('export_id', '=', exportId)
        .where('state', 'in', [...BEFORE[state]])
        .executeTakeFirst();
      return numUpdatedRows === 0n ? undefined : find(exportId);
    },
  };
}

function toRow({
  exportId,
  companyId,
  requestedBy,
  requestedAtMs,
  recorderId,
  elsewhere,
  state,
  progress,
  message,
  bytes,
  finishedAtMs,
  ...order
}: ExportView): Schema['exports'] {
  return {
    export_id: exportId,
    company_id: companyId,
    requested_by: requestedBy.accountId,
    requested_by_name: requestedBy.name,
    requested_at_ms: requestedAtMs,
    export_order: JSON.stringify({ companyId, ...order }),
    recorder_id: recorderId,
    elsewhere: JSON.stringify(elsewhere),
    state,
    progress,
    message,
    bytes,
    finished_at_ms: finishedAtMs,
  };
}

function toExport(row: Schema['exports']): ExportView {
  return {
    ...exportOrder.parse(JSON.parse(row.export_order)),
    exportId: row.export_id,
    requestedBy: { accountId: row.requested_by, name: row.requested_by_name },
    requestedAtMs: row.requested_at_ms,
    recorderId: row.recorder_id,
    elsewhere: z.array(mediaElsewhere).parse(JSON.parse(row.elsewhere)),
    state: row.state,
    progress: row.progress,
    message: row.message,
    bytes: row.bytes,
    finishedAtMs: row.finished_at_ms,
  };
}
