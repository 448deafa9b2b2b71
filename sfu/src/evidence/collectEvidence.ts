import { canonicalJson, type AuditAction, type AuditEntry, type Clock, type Json } from '@sightline/shared';
import type { AuditRepository } from '../db/audit.ts';
import type { LedgerRecordsRepository } from '../db/ledgerRecords.ts';
import type { SealsRepository } from '../db/seals.ts';
import type { CollectEvidence } from '../exports/exports.ts';
import { ledgerOf } from '../ledger/sessionLedger.ts';

/** Who saw something of a recording, took it along, or decided what becomes of it. */
const ACCESS: readonly AuditAction[] = [
  'live-view-began',
  'live-view-ended',
  'recording-played',
  'export-ordered',
  'export-downloaded',
  'export-cancelled',
  'hold-placed',
  'hold-released',
  'media-deleted',
  'recording-healed',
];
const PAGE = 1_000;

/** Gathers what the sfu knows of sessions, each as it is to be in an evidence package. */
export function createEvidenceCollector(deps: {
  audit: Pick<AuditRepository, 'list'>;
  ledgers: Pick<LedgerRecordsRepository, 'find'>;
  seals: Pick<SealsRepository, 'lastOfSessions'>;
  clock: Clock;
}): CollectEvidence {
  const { audit, ledgers, seals, clock } = deps;

  /** The newest first. */
  async function* readEntries(
    companyId: string,
    action: AuditAction,
    fromMs: number,
  ): AsyncGenerator<AuditEntry> {
    let beforeNumber = Number.MAX_SAFE_INTEGER;
    for (;;) {
      const page = await audit.list({ companyId, action, fromMs, beforeNumber, limit: PAGE });
      yield* page;
      if (page.length < PAGE) return;
      beforeNumber = page.at(-1)?.number ?? 0;
    }
  }

  return async ({ companyId }, media) => {
    const sessionIds = new Set(media.map(({ sessionId }) => sessionId));
    const userIds = new Set(media.map(({ userId }) => userId));
    const fromMs = Math.min(...media.map(({ sessionStartedAtMs }) => sessionStartedAtMs));
    const records = [];
    for (const sessionId of sessionIds) {
      const record = await ledgers.find(sessionId);
      if (record !== undefined) records.push(ledgerOf(record, clock.nowMs()));
    }
    const entries: AuditEntry[] = [];
    for (const action of ACCESS) {
      for await (const entry of readEntries(companyId, action, fromMs)) {
        const { sessionId, userId } = entry.details;
        const about = sessionId === undefined ? userIds : sessionIds;
        if (about.has(String(sessionId ?? userId))) entries.push(entry);
      }
    }
    return {
      ledgers: JSON.stringify(records),
      accessHistory: toLines(entries.sort((one, other) => one.number - other.number)),
      companyLog: toLines(await seals.lastOfSessions(companyId, [...sessionIds])),
    };
  };
}

const toLines = (entries: readonly { readonly [key: string]: Json }[]): string =>
  entries.map((entry) => `${canonicalJson(entry)}\n`).join('');
