import { auditEntry, type AuditEntry } from '@sightline/shared';
import { findFault, type ChainFault } from './chain.ts';

/** What {@link verifyExport} finds. */
export type ExportVerdict =
  | { ok: true; companyId: string | null; entries: number; headHash: string }
  | {
      ok: false;
      /** The first line that is wrong, from 1. */
      line: number;
      /** `unreadable`: it is no entry. `cut-short`: the file ends before the entry of its own export. */
      fault: ChainFault | 'unreadable' | 'cut-short';
    };

/** Verifies an exported chain (NDJSON), line by line: nothing was changed, removed, inserted, swapped or cut off. */
export async function verifyExport(lines: AsyncIterable<string>): Promise<ExportVerdict> {
  let last: AuditEntry | undefined;
  let line = 0;
  for await (const text of lines) {
    line += 1;
    const entry = parseEntry(text);
    if (entry === undefined) return { ok: false, line, fault: 'unreadable' };
    const fault = findFault(last, entry);
    if (fault !== undefined) return { ok: false, line, fault };
    last = entry;
  }
  // An export begins with being put on record, and ends with that very entry.
  if (last?.action !== 'audit-exported') return { ok: false, line: line + 1, fault: 'cut-short' };
  return { ok: true, companyId: last.companyId, entries: line, headHash: last.hash };
}

function parseEntry(text: string): AuditEntry | undefined {
  try {
    return auditEntry.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
