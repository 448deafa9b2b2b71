import { describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import * as fc from 'fast-check';
import { createAuditRepository, type AuditRepository } from '../db/audit.ts';
import { openSqliteDatabase } from '../db/database.ts';
import { SERVER_ACTOR } from './actors.ts';
import { createAuditLog, type AuditLog } from './auditLog.ts';
import { verifyChain } from './chain.ts';

/** Keeps chains in memory and counts transactions; `failing` ones throw. */
function createFakeRepository(failing: () => boolean = () => false) {
  const chains = new Map<string | null, AuditEntry[]>();
  let transactions = 0;
  const repository: Pick<AuditRepository, 'append'> = {
    async append(companyId, complete) {
      transactions += 1;
      await Promise.resolve();
      if (failing()) throw new Error('disk full');
      const chain = chains.get(companyId) ?? [];
      const entries = complete(chain.at(-1));
      chains.set(companyId, [...chain, ...entries]);
      return entries;
    },
  };
  return { repository, chain: (id: string | null) => chains.get(id) ?? [], transactions: () => transactions };
}

const logOf = (repository: Pick<AuditRepository, 'append'>): AuditLog =>
  createAuditLog({ repository, clock: createManualClock(5), logger: createLogger('test', 'silent') });

const event = (companyId: string | null, name: string) => ({
  companyId,
  action: 'device-changed' as const,
  actor: SERVER_ACTOR,
  address: null,
  details: { name },
});

describe('the audit log', () => {
  it('keeps every chain whole and in the order of the calls, whoever records at the same time', async () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('acme', 'globex', null), fc.boolean()), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const { repository, chain } = createFakeRepository();
        const log = logOf(repository);
        const given: Promise<AuditEntry>[] = [];
        for (const [at, [companyId, pause]] of all.entries()) {
          given.push(log.record(event(companyId, String(at))));
          if (pause) await Promise.resolve();
        }
        await Promise.all(given);
        for (const companyId of ['acme', 'globex', null]) {
          const names = chain(companyId).map(({ details }) => details['name']);
          expect(names).toEqual(
            [...all.entries()].filter(([, [id]]) => id === companyId).map(([at]) => String(at)),
          );
          expect(verifyChain(chain(companyId))).toMatchObject({ ok: true, entries: names.length });
        }
      }),
    );
  });

  it('takes all that waits into one transaction', async () => {
    const { repository, transactions, chain } = createFakeRepository();
    const log = logOf(repository);
    await Promise.all(Array.from({ length: 100 }, (_, at) => log.record(event('acme', String(at)))));
    expect(transactions()).toBe(2);
    expect(chain('acme')).toHaveLength(100);
  });

  it('rejects what could not be written, and leaves no hole for it', async () => {
    let failing = true;
    const { repository, chain } = createFakeRepository(() => failing);
    const log = logOf(repository);
    await expect(log.record(event('acme', 'lost'))).rejects.toThrow('disk full');
    failing = false;
    await expect(log.record(event('acme', 'kept'))).resolves.toMatchObject({ number: 1, atMs: 5 });
    expect(verifyChain(chain('acme'))).toMatchObject({ ok: true, entries: 1 });
  });

  it.each(['a\0b', '\ud800', 'é€😀', '"\\'])(
    'verifies after a way through the database, %j or not',
    async (text) => {
      const database = await openSqliteDatabase(':memory:');
      const repository = createAuditRepository(database);
      const log = logOf(repository);
      const actor = { kind: 'account', id: text, name: text } as const;
      for (const round of [1, 2]) {
        await log.record({
          ...event('acme', text),
          actor,
          address: text,
          details: { [`${text}.`]: text, round },
        });
      }
      expect(verifyChain(await repository.read('acme', 0, 10))).toMatchObject({ ok: true, entries: 2 });
      await database.destroy();
    },
  );

  it('says when nothing waits any more', async () => {
    const { repository, chain } = createFakeRepository();
    const log = logOf(repository);
    const recorded = [log.record(event('acme', 'a')), log.record(event(null, 'b'))];
    await log.flushed();
    expect([chain('acme').length, chain(null).length]).toEqual([1, 1]);
    await Promise.all(recorded);
  });
});
