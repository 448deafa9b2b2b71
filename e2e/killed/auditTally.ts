import { createHash } from 'node:crypto';
import { auditPage, type AuditAction, type AuditEntry } from '@sightline/shared';
import type { Api } from '../harness/session.ts';

const PAGE = 1_000;

/** Counts what has to be on record, and compares it with the chain of a company. */
export interface AuditTally {
  /** Makes a write that the server puts on record as `action` before it acknowledges it. */
  recorded<T>(action: AuditAction, write: () => Promise<T>): Promise<T>;
  /** Reads what was added to the chain since the last time. @throws Error if the chain is broken, or something is missing */
  verify(): Promise<void>;
}

/** Builds an {@link AuditTally} of a company's chain. What is on record already is verified, and not counted. */
export async function createAuditTally(api: Api, companyId: string): Promise<AuditTally> {
  const acknowledged = new Map<AuditAction, number>();
  const asked = new Map<AuditAction, number>();
  const found = new Map<AuditAction, number>();
  const count = (counts: Map<AuditAction, number>, action: AuditAction): void =>
    void counts.set(action, (counts.get(action) ?? 0) + 1);
  let last: AuditEntry | undefined;

  /** The newest first; all that follow the last one that was verified. */
  async function readNew(): Promise<AuditEntry[]> {
    const entries: AuditEntry[] = [];
    for (;;) {
      const before = entries.at(-1);
      const query = new URLSearchParams({ companyId, limit: String(PAGE) });
      if (before !== undefined) query.set('beforeNumber', String(before.number));
      const page = auditPage.parse(await api('GET', `/api/v1/audit?${query.toString()}`)).entries;
      const fresh = page.filter(({ number }) => number > (last?.number ?? 0));
      entries.push(...fresh);
      if (fresh.length < PAGE) return entries;
    }
  }

  /** Goes through what is new, the oldest first. */
  async function advance(): Promise<AuditEntry[]> {
    const entries = (await readNew()).reverse();
    for (const entry of entries) {
      requireNext(last, entry);
      last = entry;
    }
    return entries;
  }

  await advance();
  return {
    async recorded(action, write) {
      count(asked, action);
      const answer = await write();
      count(acknowledged, action);
      return answer;
    },
    async verify() {
      for (const { action } of await advance()) count(found, action);
      for (const [action, most] of asked) {
        const least = acknowledged.get(action) ?? 0;
        const actual = found.get(action) ?? 0;
        if (actual < least || actual > most) {
          throw new Error(`${action}: ${actual} on record, ${least} acknowledged, ${most} asked for`);
        }
      }
    },
  };
}

function requireNext(last: AuditEntry | undefined, entry: AuditEntry): void {
  const { hash, ...rest } = entry;
  const follows =
    entry.number === (last?.number ?? 0) + 1 && entry.previousHash === (last?.hash ?? '0'.repeat(64));
  const isTrue = hash === createHash('sha256').update(inOrder(rest)).digest('hex');
  if (!follows || !isTrue) throw new Error(`the audit chain is broken at entry ${entry.number}`);
}

/** JSON whose keys are in order (RFC 8785, for what entries hold). */
function inOrder(value: object): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}
