import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deviceList, idleAlertList } from '@sightline/shared';
import {
  NOW_MS,
  createAdministrationHarness,
  credentialOf,
  type AdministrationHarness,
  type Person,
} from './administrationHarness.ts';

let harness: AdministrationHarness;
beforeEach(async () => {
  harness = await createAdministrationHarness();
});
afterEach(() => harness.close());

const DEVICES = '/companies/acme/devices';
const listed = async (person: Person) => {
  const { body } = await harness.send(person, 'GET', DEVICES);
  return deviceList.parse(body).devices.map(({ deviceId }) => deviceId);
};

describe('devices', () => {
  it.each([
    ['owen', ['desk', 'phone']],
    ['cora', ['desk', 'phone']],
    ['gil', ['desk']],
    ['carl', ['desk']],
  ] as const)('are listed to %s as far as the role reaches', async (person, deviceIds) => {
    await expect(listed(person)).resolves.toEqual(deviceIds);
  });

  it('are renamed and grouped; presence and who connects next know at once', async () => {
    await harness.credentials.authenticate(credentialOf('phone'));
    const change = { name: 'Reception', groupId: 'sales' };
    await expect(harness.send('ada', 'PATCH', `${DEVICES}/phone`, change)).resolves.toMatchObject({
      status: 200,
      body: { deviceId: 'phone', userId: 'ann@phone', ...change },
    });
    expect(harness.told).toEqual([['changed', 'phone of sales']]);
    await expect(harness.credentials.authenticate(credentialOf('phone'))).resolves.toMatchObject(change);
    await expect(listed('gil')).resolves.toEqual(['phone', 'desk']);
    await expect(harness.audited('acme')).resolves.toMatchObject([
      { action: 'device-changed', actor: { id: 'ada' }, details: { deviceId: 'phone', ...change } },
    ]);
  });

  it('are taken out of their group', async () => {
    await harness.send('ada', 'PATCH', `${DEVICES}/desk`, { groupId: null });
    expect(harness.told).toEqual([['changed', 'desk of none']]);
    await expect(listed('gil')).resolves.toEqual([]);
  });

  it('that are revoked are cut off, and their credentials are worth nothing', async () => {
    await harness.credentials.authenticate(credentialOf('desk'));
    await expect(harness.send('ada', 'POST', `${DEVICES}/desk/revoke`)).resolves.toMatchObject({
      status: 200,
      body: { deviceId: 'desk', revokedAtMs: NOW_MS },
    });
    expect(harness.told).toEqual([['revoked', 'desk']]);
    await expect(harness.credentials.authenticate(credentialOf('desk'))).resolves.toBe('revoked');
    await expect(listed('ada')).resolves.toEqual(['desk', 'phone']);
  });

  it('are revoked once, however often somebody asks', async () => {
    await harness.send('ada', 'POST', `${DEVICES}/desk/revoke`);
    harness.clock.advance(1_000);
    await expect(harness.send('ada', 'POST', `${DEVICES}/desk/revoke`)).resolves.toMatchObject({
      body: { revokedAtMs: NOW_MS },
    });
    expect(harness.told).toHaveLength(1);
    await expect(harness.audited('acme')).resolves.toMatchObject([
      { action: 'device-revoked', details: { deviceId: 'desk', name: 'desk', userId: 'ann@desk' } },
    ]);
  });

  it('that are revoked do not change any more', async () => {
    await harness.send('ada', 'POST', `${DEVICES}/desk/revoke`);
    await expect(harness.send('ada', 'PATCH', `${DEVICES}/desk`, { name: 'x' })).resolves.toMatchObject({
      status: 409,
      body: { code: 'device-revoked' },
    });
  });

  it.each([
    ['eve', 'GET', '', undefined, 404, 'unknown-company'],
    ['sam', 'PATCH', '/desk', { name: 'x' }, 403, 'forbidden'],
    ['gil', 'PATCH', '/desk', { name: 'x' }, 403, 'forbidden'],
    ['ada', 'PATCH', '/rival', { name: 'x' }, 404, 'unknown-device'],
    ['ada', 'PATCH', '/desk', { groupId: 'ops' }, 400, 'unknown-group'],
    ['ada', 'PATCH', '/desk', { name: '' }, 400, 'bad-request'],
    ['sam', 'POST', '/desk/revoke', undefined, 403, 'forbidden'],
    ['ada', 'POST', '/rival/revoke', undefined, 404, 'unknown-device'],
  ] as const)('refuse %s %s %s %j', async (person, method, path, payload, status, code) => {
    await expect(harness.send(person, method, `${DEVICES}${path}`, payload)).resolves.toMatchObject({
      status,
      body: { code },
    });
    expect(harness.told).toEqual([]);
    await expect(harness.audited('acme')).resolves.toEqual([]);
  });
});

describe('idle alerts', () => {
  const ALERTS = '/companies/acme/idle-alerts';

  beforeEach(async () => {
    for (const [clientId, raisedAtMs] of [['desk', 1] as const, ['phone', 2] as const]) {
      const alert = { alertId: `of-${clientId}`, companyId: 'acme', clientId, idleSinceMs: 0, raisedAtMs };
      await harness.repositories.idleAlerts.add(alert);
    }
  });

  it.each([
    ['sam', ['phone', 'desk']],
    ['gil', ['desk']],
  ] as const)('are listed to %s as far as the role reaches', async (person, clientIds) => {
    const { body } = await harness.send(person, 'GET', ALERTS);
    expect(idleAlertList.parse(body).alerts.map(({ clientId }) => clientId)).toEqual(clientIds);
  });

  it.each([
    ['cora', 403, 'forbidden'],
    ['eve', 404, 'unknown-company'],
  ] as const)('are not for %s', async (person, status, code) => {
    await expect(harness.send(person, 'GET', ALERTS)).resolves.toMatchObject({ status, body: { code } });
  });
});
