import { auditPage, type AuditAction, type AuditEntry } from '@sightline/shared';
import { API_ROOT, queryOf, type Http } from './http.ts';

/** What of the audit log is asked for; what is undefined does not matter. */
export interface AuditFilter {
  /** Undefined: the chain of what belongs to no company. */
  companyId: string | undefined;
  fromMs: number | undefined;
  toMs: number | undefined;
  action: AuditAction | undefined;
  actorId: string | undefined;
}

/** `ndjson` is verified offline; `csv` is for spreadsheets. */
export type AuditFormat = 'ndjson' | 'csv';

/** What was put on record. */
export interface AuditApi {
  /** The newest `limit` of those with numbers below `beforeNumber`. */
  page(filter: AuditFilter, limit: number, beforeNumber?: number): Promise<AuditEntry[]>;
  /** Where the browser downloads a whole chain; undefined: the one of no company. */
  exportUrl(companyId: string | undefined, format: AuditFormat): string;
}

/** Builds the {@link AuditApi}. */
export function createAuditApi({ ask }: Http): AuditApi {
  return {
    async page(filter, limit, beforeNumber) {
      const path = `/audit${queryOf({ ...filter, limit, beforeNumber })}`;
      return (await ask({ method: 'GET', path, answer: auditPage })).entries;
    },
    exportUrl: (companyId, format) =>
      `${API_ROOT}/audit/export${format === 'csv' ? '.csv' : ''}${queryOf({ companyId })}`,
  };
}
