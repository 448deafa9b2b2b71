import { describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '@sightline/shared';
import fc from 'fast-check';
import { createAuditRepository } from '../audit.ts';
import type { Database } from '../database.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

/** The entry after `last`; its "hash" spells the chain, so that a wrong link shows. */
export function entryAfter(
  last: AuditEntry | undefined,
  companyId: string | null,
  change: Partial<AuditEntry> = {},
): AuditEntry {
  const number = (last?.number ?? 0) + 1;
  return {
    number,
    companyId,
    atMs: 1_000 * number,
    action: 'signed-in',
    actor: { kind: 'account', id: 'a1', name: 'Ann' },
    address: '127.0.0.1',
    details: { way: 'password', tries: 1, first: true, nothing: null },
    previousHash: last?.hash ?? '0'.repeat(64),
    hash: String(number).padStart(64, '0'),
    ...change,
  };
}

/** Appends to all chains at once, by all connections in turn, and checks that every chain is whole. */
export async function expectWholeChains(
  databases: readonly Database[],
  orders: readonly { companyId: string | null; entries: number }[],
): Promise<void> {
  const repositories = databases.map(createAuditRepository);
  const appended = await Promise.all(
    orders.map(async ({ companyId, entries }, index) => {
      const repository = repositories[index % repositories.length];
      return repository?.append(companyId, (last) => {
        const added: AuditEntry[] = [];
        for (let n = 0; n < entries; n += 1) added.push(entryAfter(added.at(-1) ?? last, companyId));
        return added;
      });
    }),
  );
  for (const companyId of new Set(orders.map((order) => order.companyId))) {
    const chain = await repositories[0]?.read(companyId, 0, 10_000);
    let last: AuditEntry | undefined;
    for (const entry of chain ?? []) {
      expect(entry).toEqual(entryAfter(last, companyId));
      last = entry;
    }
    const acknowledged = appended
      .flatMap((entries) => entries ?? [])
      .filter((entry) => entry.companyId === companyId)
      .map((entry) => entry.number);
    expect(acknowledged.toSorted((a, b) => a - b)).toEqual(chain?.map((entry) => entry.number));
  }
}

/** What the audit log must do on every database. */
export function auditSuite(create: CreateEmptyDatabase): void {
  describe('audit log', () => {
    const database = freshDatabase(create);
    const audit = () => createAuditRepository(database());

    it('numbers each chain without holes, however many append at once', async () => {
      const order = fc.record({
        companyId: fc.constantFrom('c1', 'c2', null),
        entries: fc.integer({ min: 0, max: 5 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(order, { maxLength: 12 }), async (orders) => {
          await database().deleteFrom('audit_entries').execute();
          await expectWholeChains([database()], orders);
        }),
        { numRuns: 25 },
      );
    });

    it('refuses entries that leave a hole or belong elsewhere', async () => {
      await audit().append('c1', (last) => [entryAfter(last, 'c1')]);
      await expect(audit().append('c1', (last) => [entryAfter(last, 'c1', { number: 3 })])).rejects.toThrow(
        /does not continue/,
      );
      await expect(audit().append('c1', (last) => [entryAfter(last, 'c2')])).rejects.toThrow(
        /does not continue/,
      );
      expect(await audit().read('c1', 0, 10)).toHaveLength(1);
    });

    it('finds by time, action, actor and page, the newest first', async () => {
      const bob = { kind: 'account' as const, id: 'a2', name: 'Bob' };
      await audit().append('c1', () => {
        const first = entryAfter(undefined, 'c1');
        const second = entryAfter(first, 'c1', { action: 'device-revoked' });
        const third = entryAfter(second, 'c1', { actor: bob, address: null, details: {} });
        return [first, second, third, entryAfter(third, 'c1')];
      });
      await audit().append(null, (last) => [entryAfter(last, null)]);
      const numbers = async (filter: object) =>
        (await audit().list({ companyId: 'c1', limit: 10, ...filter })).map(({ number }) => number);
      expect(await numbers({})).toEqual([4, 3, 2, 1]);
      expect(await numbers({ fromMs: 2_000, toMs: 3_000 })).toEqual([3, 2]);
      expect(await numbers({ action: 'device-revoked' })).toEqual([2]);
      expect(await numbers({ actorId: 'a2' })).toEqual([3]);
      expect(await numbers({ beforeNumber: 3, limit: 1 })).toEqual([2]);
      expect(await audit().list({ companyId: null, limit: 10 })).toEqual([entryAfter(undefined, null)]);
      expect((await audit().read('c1', 1, 2)).map(({ number }) => number)).toEqual([2, 3]);
    });
  });
}
