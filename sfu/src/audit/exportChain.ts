import type { AuditEntry } from '@sightline/shared';
import type { AuditRepository } from '../db/audit.ts';

/** Entries are read so many at a time: a chain may be longer than memory. */
const PAGE = 1_000;

/** Reads a chain from its first entry to the one with this number, the oldest first. */
export async function* readChain(
  repository: Pick<AuditRepository, 'read'>,
  companyId: string | null,
  lastNumber: number,
): AsyncGenerator<AuditEntry> {
  let after = 0;
  while (after < lastNumber) {
    const page = await repository.read(companyId, after, Math.min(PAGE, lastNumber - after));
    if (page.length === 0) throw new Error(`The audit log ends at ${after}; it had ${lastNumber} entries.`);
    yield* page;
    after = page.at(-1)?.number ?? lastNumber;
  }
}

/** A chain as NDJSON: an entry per line. */
export async function* toNdjson(entries: AsyncIterable<AuditEntry>): AsyncGenerator<string> {
  for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
}

const COLUMNS = [
  'number',
  'companyId',
  'at',
  'action',
  'actorKind',
  'actorId',
  'actorName',
  'address',
  'details',
  'hash',
];

/** A chain as CSV (RFC 4180), for spreadsheets. */
export async function* toCsv(entries: AsyncIterable<AuditEntry>): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\r\n`;
  for await (const { number, companyId, atMs, action, actor, address, details, hash } of entries) {
    const at = new Date(atMs).toISOString();
    const { kind, id, name } = actor;
    const cells = [String(number), companyId ?? '', at, action, kind, id, name, address ?? ''];
    yield `${[...cells, JSON.stringify(details), hash].map(toCell).join(',')}\r\n`;
  }
}

/** The apostrophe keeps spreadsheets from running what somebody called himself as a formula. */
function toCell(text: string): string {
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${inert.replaceAll('"', '""')}"`;
}
