import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { enrolment, newEnrolmentToken } from '@sightline/shared';
import { createAdministrationHarness, type AdministrationHarness } from './administrationHarness.ts';

let harness: AdministrationHarness;
beforeEach(async () => {
  harness = await createAdministrationHarness();
});
afterEach(() => harness.close());

const TOKENS = '/companies/acme/enrolment-tokens';
const machine = { userName: 'bob', hostName: 'tower', os: 'Linux' };
const createToken = async (order: object = {}) => {
  const { body } = await harness.send('ada', 'POST', TOKENS, { lifetimeMs: 60_000, uses: 1, ...order });
  return newEnrolmentToken.parse(body);
};

describe('enrolment tokens', () => {
  it('are listed without their secrets, as long as they can be used', async () => {
    const { token, secret } = await createToken();
    const { body, text } = await harness.send('ada', 'GET', TOKENS);
    expect(body).toEqual({ tokens: [token] });
    expect(text).not.toContain(secret);
    harness.clock.advance(60_000);
    await expect(harness.send('ada', 'GET', TOKENS)).resolves.toMatchObject({ body: { tokens: [] } });
  });

  it('are worth nothing once they are deleted', async () => {
    const { token, secret } = await createToken();
    await expect(harness.send('ada', 'DELETE', `${TOKENS}/${token.tokenId}`)).resolves.toMatchObject({
      status: 204,
    });
    await expect(harness.send(undefined, 'POST', '/enrol', { secret, machine })).resolves.toMatchObject({
      status: 403,
      body: { code: 'enrolment-refused' },
    });
    await expect(harness.audited('acme')).resolves.toMatchObject([
      { action: 'enrolment-token-created' },
      { action: 'enrolment-token-deleted', actor: { id: 'ada' }, details: { tokenId: token.tokenId } },
    ]);
  });

  it.each([
    ['sam', 'GET', '', undefined, 403, 'forbidden'],
    ['eve', 'GET', '', undefined, 404, 'unknown-company'],
    ['sam', 'POST', '', { lifetimeMs: 60_000, uses: 1 }, 403, 'forbidden'],
    ['ada', 'POST', '', { lifetimeMs: 60_000, uses: 0 }, 400, 'bad-request'],
    ['ada', 'POST', '', { lifetimeMs: 60_000, uses: 1, groupId: 'ops' }, 400, 'unknown-group'],
    ['sam', 'DELETE', '/token-desk', undefined, 403, 'forbidden'],
    ['ada', 'DELETE', '/token-rival', undefined, 404, 'unknown-token'],
  ] as const)('refuse %s %s %s %j', async (person, method, path, payload, status, code) => {
    await expect(harness.send(person, method, `${TOKENS}${path}`, payload)).resolves.toMatchObject({
      status,
      body: { code },
    });
    await expect(harness.audited('acme')).resolves.toEqual([]);
  });
});

describe('enrolling', () => {
  it('gives a device of the token’s company and group a credential of its own', async () => {
    const { secret, link } = await createToken({ groupId: 'sales' });
    expect(link).toBe(`https://sightline.example/agent/#enrol=${secret}`);
    const { body } = await harness.send(undefined, 'POST', '/enrol', { secret, machine });
    const { deviceId, credential, deviceName } = enrolment.parse(body);
    expect(deviceName).toBe('tower');
    expect(harness.told).toEqual([['enrolled', deviceId]]);
    await expect(harness.credentials.authenticate(credential)).resolves.toMatchObject({
      deviceId,
      companyId: 'acme',
      groupId: 'sales',
      userId: 'bob@tower',
    });
    const entries = await harness.audited('acme');
    expect(entries.at(-1)).toMatchObject({
      action: 'device-enrolled',
      actor: { kind: 'device', id: deviceId },
    });
    expect(JSON.stringify(entries)).not.toMatch(new RegExp(`${secret}|${credential}`));
  });

  it('refuses what is no enrolment', async () => {
    await expect(harness.send(undefined, 'POST', '/enrol', { secret: 'x' })).resolves.toMatchObject({
      status: 400,
      body: { code: 'bad-request' },
    });
  });

  it('slows an address down that keeps failing', async () => {
    const enrol = () => harness.send(undefined, 'POST', '/enrol', { secret: 'x', machine });
    for (let failures = 0; failures < 30; failures += 1) {
      await expect(enrol()).resolves.toMatchObject({ status: 403 });
    }
    await expect(enrol()).resolves.toMatchObject({
      status: 429,
      body: { code: 'throttled' },
      headers: { 'retry-after': '1' },
    });
    await expect(harness.audited(null)).resolves.toHaveLength(30);
    harness.clock.advance(1_000);
    await expect(enrol()).resolves.toMatchObject({ status: 403 });
  });
});
