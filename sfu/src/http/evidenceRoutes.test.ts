import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_HASH, companyLogEntry } from '@sightline/shared';
import { findLinkFault, type ChainLink } from '@sightline/shared/node';
import { NOW_MS, createAdministrationHarness, type AdministrationHarness } from './administrationHarness.ts';

let harness: AdministrationHarness;
beforeEach(async () => {
  harness = await createAdministrationHarness();
});
afterEach(() => harness.close());

describe('the log of seals', () => {
  const SEALS = 1_100;

  const seed = async (): Promise<void> => {
    const { recordings, seals } = harness.repositories;
    const who = { userId: 'ann', userName: 'Ann', hostName: 'desk' };
    await recordings.addSession({
      sessionId: 's1',
      companyId: 'acme',
      deviceId: 'desk',
      startedAtMs: NOW_MS,
      ...who,
    });
    for (let sealNumber = 2; sealNumber < SEALS + 2; sealNumber += 1) {
      await seals.append({
        companyId: 'acme',
        atMs: NOW_MS,
        recorderId: 'r1',
        sessionId: 's1',
        sealNumber,
        sealedHash: NO_HASH,
        keyId: NO_HASH,
        signature: 'signature',
      });
    }
  };

  it('is exported whole, as a chain, page by page, and that is put on record', async () => {
    await seed();
    const { text, headers } = await harness.send('cora', 'GET', '/companies/acme/seals');
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-disposition': `attachment; filename="seals-acme-${SEALS}.ndjson"`,
    });
    let last: ChainLink | undefined;
    for (const line of text.trimEnd().split('\n')) {
      const entry = companyLogEntry.parse(JSON.parse(line));
      expect(findLinkFault(last, entry)).toBeUndefined();
      last = entry;
    }
    expect(last?.number).toBe(SEALS);
    expect((await harness.audited('acme')).at(-1)).toMatchObject({
      action: 'seals-exported',
      actor: { id: 'cora' },
      details: { entries: SEALS },
    });
  });

  it.each([
    ['sam', 403, 'forbidden'],
    ['eve', 404, 'unknown-company'],
  ] as const)('is refused to %s', async (person, status, code) => {
    await expect(harness.send(person, 'GET', '/companies/acme/seals')).resolves.toMatchObject({
      status,
      body: { code },
    });
  });
});

describe('recorders', () => {
  it('are listed with their keys, whether they are connected or not', async () => {
    await harness.repositories.recorders.put({
      recorderId: 'r1',
      mediaBaseUrl: 'http://127.0.0.1:9',
      publicKey: 'PEM',
      keyId: NO_HASH,
      lastSeenMs: NOW_MS,
      status: null,
    });
    const recorder = {
      recorderId: 'r1',
      connected: false,
      lastSeenMs: NOW_MS,
      publicKey: 'PEM',
      keyId: NO_HASH,
      status: null,
    };
    await expect(harness.send('cora', 'GET', '/recorders')).resolves.toMatchObject({
      status: 200,
      body: { recorders: [recorder] },
    });
    await expect(harness.send('sam', 'GET', '/recorders')).resolves.toMatchObject({ status: 403 });
  });

  it('tell everybody who may see recordings what is wrong', async () => {
    const full = { code: 'disk-full', message: 'The disk is full.', sinceMs: NOW_MS };
    harness.problems.push({ recorderId: 'r1', problems: [full] });
    for (const person of ['cora', 'carl'] as const) {
      await expect(harness.send(person, 'GET', '/storage-problems')).resolves.toMatchObject({
        status: 200,
        body: { recorders: [{ recorderId: 'r1', problems: [full] }] },
      });
    }
    await expect(harness.send('sam', 'GET', '/storage-problems')).resolves.toMatchObject({ status: 403 });
  });
});
