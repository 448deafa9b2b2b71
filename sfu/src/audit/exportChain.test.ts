import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '@sightline/shared';
import * as z from 'zod';
import { SERVER_ACTOR, accountActor } from './actors.ts';
import { chainOn } from './chain.ts';
import { readChain, toCsv, toNdjson } from './exportChain.ts';
import { verifyExport } from './verifyExport.ts';

const event = (action: AuditEntry['action'], name: string) => ({
  companyId: 'acme',
  atMs: 0,
  action,
  actor: accountActor({ accountId: 'a1', name }),
  address: null,
  details: {},
});
/** Serves pages of a chain, and notes where they began. */
function createFakeRepository(chain: readonly AuditEntry[]) {
  const asked: number[] = [];
  return {
    asked,
    async read(_companyId: string | null, after: number, limit: number) {
      asked.push(after);
      return chain.slice(after, after + limit);
    },
  };
}

describe('an exported chain', () => {
  it('is read page by page, up to the entry of the export, and found right', async () => {
    const events = Array.from({ length: 2_499 }, (_, at) => event('signed-in', `${at}`));
    const exported = { ...event('audit-exported', 'x'), actor: SERVER_ACTOR };
    const chain = chainOn(undefined, [...events, exported, event('signed-in', 'later')]);
    const repository = createFakeRepository(chain);
    await expect(verifyExport(toNdjson(readChain(repository, 'acme', 2_500)))).resolves.toMatchObject({
      ok: true,
      entries: 2_500,
      headHash: chain[2_499]?.hash,
    });
    expect(repository.asked).toEqual([0, 1_000, 2_000]);
  });

  it('that is shorter than it was is an error, not a shorter export', async () => {
    const repository = createFakeRepository(chainOn(undefined, [event('signed-in', 'x')]));
    await expect(Readable.from(readChain(repository, 'acme', 2)).toArray()).rejects.toThrow('ends at 1');
  });

  it('has no formulas for spreadsheets', async () => {
    const names = ['=1+1', '+1', '-1', '@x', '\t=1', 'plain "name"'];
    const chain = chainOn(
      undefined,
      names.map((name) => event('signed-in', name)),
    );
    const lines = z
      .array(z.string())
      .parse(await Readable.from(toCsv(readChain(createFakeRepository(chain), 'acme', 6))).toArray());
    expect(lines.slice(1).map((line) => line.split(',')[6])).toEqual([
      `"'=1+1"`,
      `"'+1"`,
      `"'-1"`,
      `"'@x"`,
      `"'\t=1"`,
      '"plain ""name"""',
    ]);
  });
});
