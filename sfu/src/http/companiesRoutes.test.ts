import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_RETENTION } from '@sightline/shared';
import {
  ADDRESS,
  NOW_MS,
  createAdministrationHarness,
  type AdministrationHarness,
} from './administrationHarness.ts';

let harness: AdministrationHarness;
beforeEach(async () => {
  harness = await createAdministrationHarness();
});
afterEach(() => harness.close());

describe('companies', () => {
  it.each([
    ['owen', ['acme', 'globex']],
    ['ada', ['acme']],
    ['gil', ['acme']],
    ['carl', ['acme']],
    ['eve', ['globex']],
  ] as const)('are listed to %s as far as there is a role', async (person, companyIds) => {
    const { body } = await harness.send(person, 'GET', '/companies');
    expect(body).toEqual({
      companies: companyIds.map((companyId) => expect.objectContaining({ companyId })),
    });
  });

  it('are created by owners', async () => {
    const { status, body } = await harness.send('owen', 'POST', '/companies', { name: ' Initech ' });
    expect(status).toBe(200);
    const companyId = (body as { companyId: string }).companyId;
    expect(body).toEqual({
      companyId,
      name: 'Initech',
      idleThresholdMs: 600_000,
      retention: DEFAULT_RETENTION,
      createdAtMs: NOW_MS,
    });
    expect(harness.told).toEqual([['company-changed', companyId]]);
    await expect(harness.audited(companyId)).resolves.toMatchObject([
      {
        action: 'company-created',
        actor: { kind: 'account', id: 'owen', name: 'owen' },
        address: ADDRESS,
        details: { name: 'Initech' },
      },
    ]);
  });

  it('are not created by others', async () => {
    await expect(harness.send('ada', 'POST', '/companies', { name: 'Initech' })).resolves.toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
  });

  it('are changed by their administrators', async () => {
    const change = { idleThresholdMs: 60_000 };
    await expect(harness.send('ada', 'PATCH', '/companies/acme', change)).resolves.toMatchObject({
      status: 200,
      body: { companyId: 'acme', name: 'acme', idleThresholdMs: 60_000 },
    });
    expect(harness.told).toEqual([['company-changed', 'acme']]);
    await expect(harness.audited('acme')).resolves.toMatchObject([
      { action: 'company-changed', actor: { id: 'ada' }, details: change },
    ]);
  });

  it('are told for how long to keep recordings, and what was said is on record', async () => {
    const retention = { maxAgeMs: 7_200_000, maxBytes: null, minAgeMs: 3_600_000 };
    await expect(harness.send('ada', 'PATCH', '/companies/acme', { retention })).resolves.toMatchObject({
      status: 200,
      body: { retention },
    });
    await expect(harness.audited('acme')).resolves.toMatchObject([
      { action: 'company-changed', details: retention },
    ]);
  });

  it.each([
    ['sam', 'acme', {}, 403, 'forbidden'],
    ['eve', 'acme', {}, 404, 'unknown-company'],
    ['owen', 'initech', {}, 404, 'unknown-company'],
    ['ada', 'acme', { name: '' }, 400, 'bad-request'],
    ['ada', 'acme', { idleThresholdMs: 1 }, 400, 'bad-request'],
    [
      'ada',
      'acme',
      { retention: { maxAgeMs: 3_600_000, maxBytes: null, minAgeMs: 3_600_001 } },
      400,
      'bad-request',
    ],
  ] as const)('are not changed by %s (%s, %j)', async (person, companyId, change, status, code) => {
    await expect(harness.send(person, 'PATCH', `/companies/${companyId}`, change)).resolves.toMatchObject({
      status,
      body: { code },
    });
    await expect(harness.audited('acme')).resolves.toEqual([]);
  });
});
