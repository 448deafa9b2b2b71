import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { placedHold } from '@sightline/shared';
import { NOW_MS, createAdministrationHarness, type AdministrationHarness } from './administrationHarness.ts';

let harness: AdministrationHarness;
beforeEach(async () => {
  harness = await createAdministrationHarness();
  for (const [sessionId, companyId, deviceId] of [
    ['s1', 'acme', 'desk'],
    ['s2', 'globex', 'rival'],
  ] as const) {
    await harness.repositories.recordings.addSession({
      sessionId,
      companyId,
      deviceId,
      userId: `ann@${deviceId}`,
      userName: 'ann',
      hostName: 'desk',
      startedAtMs: NOW_MS,
    });
  }
});
afterEach(() => harness.close());

const reason = 'case 7';
const place = (person: 'cora' | 'eve', target: object, companyId = 'acme') =>
  harness.send(person, 'POST', `/companies/${companyId}/holds`, { target, reason });

describe('legal holds', () => {
  it('are placed, listed and released, and all of it is on record', async () => {
    const target = { kind: 'user', userId: 'ann@desk', fromMs: NOW_MS, toMs: null };
    const { status, body } = await place('cora', target);
    expect(status).toBe(200);
    const { tooLateFor, ...placed } = placedHold.parse(body);
    expect(tooLateFor).toEqual([]);
    expect(placed).toMatchObject({
      companyId: 'acme',
      target,
      reason,
      placedBy: { accountId: 'cora', name: 'cora' },
      placedAtMs: NOW_MS,
      released: null,
    });
    const released = await harness.send('ada', 'POST', `/companies/acme/holds/${placed.holdId}/release`, {
      reason: 'closed',
    });
    const after = {
      ...placed,
      released: { atMs: NOW_MS, by: { accountId: 'ada', name: 'ada' }, reason: 'closed' },
    };
    expect(released).toMatchObject({ status: 200, body: after });
    expect(harness.told).toEqual([
      ['hold', placed.holdId],
      ['hold', `${placed.holdId} released`],
    ]);
    await expect(harness.send('cora', 'GET', '/companies/acme/holds')).resolves.toMatchObject({
      body: { holds: [after] },
    });
    await expect(harness.audited('acme')).resolves.toMatchObject([
      {
        action: 'hold-placed',
        actor: { id: 'cora' },
        details: { holdId: placed.holdId, kind: 'user', userId: 'ann@desk', reason, tooLateFor: 0 },
      },
      { action: 'hold-released', actor: { id: 'ada' }, details: { holdId: placed.holdId, reason: 'closed' } },
    ]);
  });

  it('are released once, and only by the company that placed them', async () => {
    const { body } = await place('cora', { kind: 'company', fromMs: null, toMs: null });
    const { holdId } = placedHold.parse(body);
    const release = (person: 'cora' | 'eve', companyId: string) =>
      harness.send(person, 'POST', `/companies/${companyId}/holds/${holdId}/release`, { reason });
    const unknown = { status: 404, body: { code: 'unknown-hold' } };
    await expect(release('eve', 'globex')).resolves.toMatchObject(unknown);
    await expect(release('cora', 'acme')).resolves.toMatchObject({ status: 200 });
    await expect(release('cora', 'acme')).resolves.toMatchObject(unknown);
  });

  it.each([
    [{ kind: 'session', sessionId: 's1' }, 200, undefined],
    [{ kind: 'session', sessionId: 's2' }, 404, 'unknown-session'],
    [{ kind: 'session', sessionId: 'none' }, 404, 'unknown-session'],
    [{ kind: 'user', userId: '', fromMs: null, toMs: null }, 400, 'bad-request'],
    [{ kind: 'company', fromMs: 5, toMs: 5 }, 400, 'bad-request'],
    [{ kind: 'everything' }, 400, 'bad-request'],
  ] as const)('of %j are answered %d %s', async (target, status, code) => {
    const answer = await place('cora', target);
    expect([answer.status, answer.body]).toEqual([
      status,
      code === undefined ? expect.anything() : expect.objectContaining({ code }),
    ]);
  });
});
