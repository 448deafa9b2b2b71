import { createPublicKey } from 'node:crypto';
import { readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CompanyLogEntry } from '@sightline/shared';
import { chainEntry, keyIdOf } from '@sightline/shared/node';
import { createTestKey } from '../evidence/testKey.ts';
import { recordVerifiedExample, type VerifiedExample } from './examples/verifiedExample.ts';
import { describeSummary, isComplete } from './report.ts';
import type { Verdict } from './verifyEvidence.ts';

let example: VerifiedExample;

beforeAll(async () => {
  example = await recordVerifiedExample();
});
afterAll(() => example.remove());

/** Somebody with the sfu's database has made these into a whole log. */
const rechain = (seals: readonly CompanyLogEntry[]): CompanyLogEntry[] => {
  const log: CompanyLogEntry[] = [];
  for (const { number: _number, hash: _hash, previousHash: _previous, ...seal } of seals)
    log.push(chainEntry(log.at(-1), seal));
  return log;
};

describe('recordings and the company’s log of seals: recordings', () => {
  it('that were sealed for one recorder with the key of another are not, if it is on record whose key that is', async () => {
    const root = example.root;
    const other = createPublicKey(createTestKey().publicKey);
    const keys = [example.key, other];
    const keyId = keyIdOf(example.key);
    const refused = { ok: false, finding: { code: 'other-key', entry: 2 } };
    await expect(example.verify(root, { keys })).resolves.toMatchObject({ ok: true });
    // The log knows this recorder by another key, or this key as that of another recorder.
    const byOtherKey = rechain(example.sealLog.map((seal) => ({ ...seal, keyId: keyIdOf(other) })));
    await expect(example.verify(root, { log: byOtherKey, keys: [example.key] })).resolves.toMatchObject(
      refused,
    );
    for (const [recorderId, expected] of [
      ['recorder-1', { ok: true }],
      ['recorder-2', refused],
    ] as const)
      await expect(example.verify(root, { keys, owners: [{ recorderId, keyId }] })).resolves.toMatchObject(
        expected,
      );
    const owners = [{ recorderId: 'recorder-1', keyId: keyIdOf(other) }];
    await expect(example.verify(root, { keys, owners, log: [] })).resolves.toMatchObject(refused);
  });

  it('of which a session is missing as a whole are not, and it is named', async () => {
    const root = await example.copy();
    await rm(join(root, example.folders[1]), { recursive: true });
    await expect(example.verify(root)).resolves.toMatchObject({
      ok: false,
      finding: {
        code: 'session-missing',
        file: 'seals.ndjson',
        message: expect.stringContaining('Session healed'),
      },
    });
    await expect(example.verify(root, { log: [] })).resolves.toMatchObject({ ok: true });
  });

  it('whose end was cut off behind a seal show it by the company’s log', async () => {
    const root = await example.copy();
    const manifest = join(example.folders[0], 'manifest.jsonl');
    const text = (await readFile(join(root, manifest), 'utf8')).split('\n');
    const firstSeal = text.findIndex((line) => line.includes('"type":"seal"')) + 1;
    await truncate(join(root, manifest), Buffer.byteLength(text.slice(0, firstSeal).join('\n')) + 1);
    await expect(example.verify(root)).resolves.toMatchObject({
      ok: false,
      finding: { code: 'truncated', file: manifest, entry: firstSeal + 1 },
    });
  });

  it('of which one was removed, from the log too, show it by an older copy of the log only', async () => {
    const root = await example.copy();
    await rm(join(root, example.folders[0]), { recursive: true });
    const log = rechain(example.sealLog.filter(({ sessionId }) => sessionId !== 'plain'));
    await expect(example.verify(root, { log })).resolves.toMatchObject({ ok: true });
    await expect(example.verify(root, { log, older: example.sealLog.slice(0, 2) })).resolves.toMatchObject({
      ok: false,
      finding: { code: 'log-rewritten', file: 'older.ndjson', entry: 1 },
    });
  });

  it('of which the log has never heard are not proven, and named, with why that may be', async () => {
    const root = example.root;
    const without = (sessionId: string): Promise<Verdict> =>
      example.verify(root, { log: rechain(example.sealLog.filter((seal) => seal.sessionId !== sessionId)) });
    const verdict = await without('healed');
    if (!verdict.ok) throw new Error(verdict.finding.message);
    expect(verdict.summary.unlogged).toMatchObject([
      { sessionId: 'healed', companyId: 'acme', whole: true, because: 'not-reported' },
    ]);
    expect(isComplete(verdict.summary)).toBe(false);
    expect(describeSummary(verdict.summary, true)).toMatch(
      /^\? It is incomplete[^]*Not in the log: session healed of company acme, by recorder recorder-1; the log goes on after it/,
    );
    // The youngest one has begun after the log was exported.
    const young = await without('pruned');
    expect(young.ok && young.summary.unlogged).toMatchObject([{ sessionId: 'pruned', because: 'log-older' }]);
    expect(young.ok && isComplete(young.summary)).toBe(false);
  });

  it('that go on after the log was exported are as proven as can be, and said so; long before its end they are not', async () => {
    const root = example.root;
    const { sealLog } = example;
    const last = sealLog.findLastIndex(({ sessionId }) => sessionId === 'pruned');
    const older = await example.verify(root, { log: sealLog.slice(0, last) });
    expect(older.ok && older.summary.unlogged).toMatchObject([
      { sessionId: 'pruned', whole: false, because: 'log-older' },
    ]);
    expect(older.ok && isComplete(older.summary)).toBe(true);
    expect(older.ok && describeSummary(older.summary, true)).toMatch(
      /1 session went on after the log was exported/,
    );
    const lastOfFirst = sealLog.findLastIndex(({ sessionId }) => sessionId === 'plain');
    const withheld = await example.verify(root, { log: rechain(sealLog.toSpliced(lastOfFirst, 1)) });
    expect(withheld.ok && withheld.summary.unlogged).toMatchObject([
      { sessionId: 'plain', whole: false, because: 'not-reported' },
    ]);
    expect(withheld.ok && isComplete(withheld.summary)).toBe(false);
  });
});
