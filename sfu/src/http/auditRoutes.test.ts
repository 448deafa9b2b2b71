import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { auditPage } from '@sightline/shared';
import { verifyExport } from '../audit/verifyExport.ts';
import {
  ADDRESS,
  NOW_MS,
  createAdministrationHarness,
  type AdministrationHarness,
} from './administrationHarness.ts';

let harness: AdministrationHarness;
beforeEach(async () => {
  harness = await createAdministrationHarness();
  for (const name of ['one', 'two', 'three']) {
    await harness.send('ada', 'PATCH', '/companies/acme', { name });
    harness.clock.advance(1_000);
  }
  await harness.send('ada', 'POST', '/companies/acme/groups', { name: '=HYPERLINK("x")' });
});
afterEach(() => harness.close());

const numbers = async (query: string) => {
  const { body } = await harness.send('cora', 'GET', `/audit?companyId=acme${query}`);
  return auditPage.parse(body).entries.map(({ number }) => number);
};

describe('the audit log', () => {
  it.each([
    ['', [4, 3, 2, 1]],
    ['&limit=2', [4, 3]],
    ['&limit=2&beforeNumber=3', [2, 1]],
    [`&fromMs=${NOW_MS + 1_000}&toMs=${NOW_MS + 2_000}`, [3, 2]],
    ['&action=group-created', [4]],
    ['&actorId=ada&limit=1', [4]],
    ['&actorId=owen', []],
  ])('is listed, the newest first, as asked for (%s)', async (query, expected) => {
    await expect(numbers(query)).resolves.toEqual(expected);
  });

  it('of no company is for owners', async () => {
    await expect(harness.send('owen', 'GET', '/audit')).resolves.toMatchObject({
      status: 200,
      body: { entries: [] },
    });
    await expect(harness.send('ada', 'GET', '/audit')).resolves.toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
  });

  it.each([
    ['sam', '?companyId=acme', 403, 'forbidden'],
    ['carl', '?companyId=acme', 403, 'forbidden'],
    ['eve', '?companyId=acme', 404, 'unknown-company'],
    ['owen', '?companyId=nowhere', 404, 'unknown-company'],
    ['cora', '?companyId=acme&limit=0', 400, 'bad-request'],
    ['cora', '?companyId=acme&action=nonsense', 400, 'bad-request'],
  ] as const)('is refused to %s (%s)', async (person, query, status, code) => {
    await expect(harness.send(person, 'GET', `/audit${query}`)).resolves.toMatchObject({
      status,
      body: { code },
    });
  });
});

describe('an export', () => {
  const EXPORT = '/audit/export?companyId=acme';

  it('is a whole chain that anybody can verify, and ends with itself', async () => {
    const { text, headers } = await harness.send('cora', 'GET', EXPORT);
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-disposition': 'attachment; filename="audit-acme-5.ndjson"',
    });
    const lines = text.trimEnd().split('\n');
    const own = (await harness.audited('acme'))[4];
    expect(own).toMatchObject({
      action: 'audit-exported',
      actor: { id: 'cora' },
      address: ADDRESS,
      details: { format: 'ndjson' },
    });
    expect(JSON.parse(lines[4] ?? '')).toEqual(own);
    await expect(verify(lines)).resolves.toEqual({
      ok: true,
      companyId: 'acme',
      entries: 5,
      headHash: own?.hash,
    });
  });

  it.each([
    ['changed', (lines: string[]) => lines.with(1, (lines[1] ?? '').replace('two', 'too')), 2, 'hash'],
    ['removed', (lines: string[]) => lines.toSpliced(2, 1), 3, 'number'],
    ['cut off', (lines: string[]) => lines.slice(0, -1), 5, 'cut-short'],
    ['garbled', (lines: string[]) => lines.with(0, '{'), 1, 'unreadable'],
    [
      'extended',
      (lines: string[]) => lines.with(3, (lines[3] ?? '').replace('{', '{"x":1,')),
      4,
      'unreadable',
    ],
  ])('of which something was %s names the line', async (_what, forge, line, fault) => {
    const { text } = await harness.send('cora', 'GET', EXPORT);
    await expect(verify(forge(text.trimEnd().split('\n')))).resolves.toEqual({ ok: false, line, fault });
  });

  it('for a spreadsheet runs no formulas', async () => {
    const { text, headers } = await harness.send('cora', 'GET', '/audit/export.csv?companyId=acme');
    expect(headers['content-type']).toContain('text/csv');
    const lines = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(6);
    expect(lines[4]).toContain('"{""groupId"":');
    expect(lines[5]).toContain(`"audit-exported","account","cora","cora","${ADDRESS}"`);
  });

  it('of the chain of no company is for owners', async () => {
    const { text } = await harness.send('owen', 'GET', '/audit/export');
    await expect(verify(text.trimEnd().split('\n'))).resolves.toMatchObject({ ok: true, companyId: null });
    await expect(harness.send('ada', 'GET', '/audit/export')).resolves.toMatchObject({ status: 403 });
  });

  it.each([
    ['sam', 403, 'forbidden'],
    ['eve', 404, 'unknown-company'],
  ] as const)('is refused to %s, and not on record', async (person, status, code) => {
    await expect(harness.send(person, 'GET', EXPORT)).resolves.toMatchObject({ status, body: { code } });
    await expect(harness.audited('acme')).resolves.toHaveLength(4);
  });
});

async function verify(lines: readonly string[]) {
  return verifyExport(
    (async function* () {
      yield* lines;
    })(),
  );
}
