import { canonicalJson, type AuditEntry, type CompanyLogEntry } from '@sightline/shared';

/** Entries are read so many at a time: a chain may be longer than memory. */
const PAGE = 1_000;

/** A log whose entries are numbered from 1, without holes. */
interface NumberedLog<Id, Entry extends { number: number }> {
  read(companyId: Id, afterNumber: number, limit: number): Promise<Entry[]>;
}

/** Reads a log from its first entry to the one with this number, the oldest first. */
export async function* readChain<Id, Entry extends { number: number }>(
  log: NumberedLog<Id, Entry>,
  companyId: Id,
  lastNumber: number,
): AsyncGenerator<Entry> {
  let after = 0;
  while (after < lastNumber) {
    const page = await log.read(companyId, after, Math.min(PAGE, lastNumber - after));
    if (page.length === 0) throw new Error(`The log ends at ${after}; it had ${lastNumber} entries.`);
    yield* page;
    after = page.at(-1)?.number ?? lastNumber;
  }
}

/** A chain as NDJSON: the canonical JSON of an entry per line. */
export async function* toNdjson(
  entries: AsyncIterable<AuditEntry | CompanyLogEntry>,
): AsyncGenerator<string> {
  for await (const entry of entries) yield `${canonicalJson(entry)}\n`;
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
