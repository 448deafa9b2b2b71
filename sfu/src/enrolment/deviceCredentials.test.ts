import { describe, expect, it } from '@jest/globals';
import type { Device } from '@sightline/shared';
import { createDeviceCredentials } from './deviceCredentials.ts';
import { createSecret, hashSecret } from '../identity/secrets.ts';

const deviceOf = (deviceId: string): Device => ({
  deviceId,
  companyId: 'acme',
  groupId: null,
  name: deviceId,
  userId: `ann@${deviceId}`,
  enrolledAtMs: 1,
  revokedAtMs: null,
});

/** Devices by credential, a count of the queries, and `hold` to keep a query from answering. */
function createFakeDevices(known: readonly [credential: string, device: Device][]) {
  const byHash = new Map(known.map(([credential, device]) => [hashSecret(credential), device]));
  const held: (() => void)[] = [];
  let queries = 0;
  let holding = false;
  return {
    async findByCredential(hash: string) {
      queries += 1;
      const device = byHash.get(hash);
      if (holding) await new Promise<void>((resolve) => held.push(resolve));
      return device;
    },
    queries: () => queries,
    put: (credential: string, device: Device) => byHash.set(hashSecret(credential), device),
    hold: () => (holding = true),
    release() {
      holding = false;
      for (const resolve of held.splice(0)) resolve();
    },
  };
}

const credential = createSecret();
const desk = deviceOf('desk');

describe('a device credential', () => {
  it('tells its device, and asks the database once', async () => {
    const devices = createFakeDevices([[credential, desk]]);
    const credentials = createDeviceCredentials({ devices });
    await expect(credentials.authenticate(credential)).resolves.toEqual(desk);
    await expect(credentials.authenticate(credential)).resolves.toEqual(desk);
    expect(devices.queries()).toBe(1);
  });

  it.each(['', 'x', createSecret().slice(1), `${createSecret()}=`, '\0'.repeat(43)])(
    'that cannot be one (%j) costs no query',
    async (text) => {
      const devices = createFakeDevices([]);
      await expect(createDeviceCredentials({ devices }).authenticate(text)).resolves.toBe('unknown');
      expect(devices.queries()).toBe(0);
    },
  );

  it('that nobody was given is unknown, every time', async () => {
    const devices = createFakeDevices([[credential, desk]]);
    const credentials = createDeviceCredentials({ devices });
    await expect(credentials.authenticate(createSecret())).resolves.toBe('unknown');
    await expect(credentials.authenticate(createSecret())).resolves.toBe('unknown');
    expect(devices.queries()).toBe(2);
  });

  it('is refused as soon as its device is revoked', async () => {
    const devices = createFakeDevices([[credential, desk]]);
    const credentials = createDeviceCredentials({ devices });
    await credentials.authenticate(credential);
    devices.put(credential, { ...desk, revokedAtMs: 2 });
    credentials.forget('desk');
    await expect(credentials.authenticate(credential)).resolves.toBe('revoked');
  });

  it('is refused too if its device is revoked while the database is asked', async () => {
    const devices = createFakeDevices([[credential, desk]]);
    const credentials = createDeviceCredentials({ devices });
    devices.hold();
    const answer = credentials.authenticate(credential);
    devices.put(credential, { ...desk, revokedAtMs: 2 });
    credentials.forget('desk');
    devices.release();
    await expect(answer).resolves.toBe('revoked');
    await expect(credentials.authenticate(credential)).resolves.toBe('revoked');
  });

  it('tells what its device has become', async () => {
    const devices = createFakeDevices([[credential, desk]]);
    const credentials = createDeviceCredentials({ devices });
    await credentials.authenticate(credential);
    devices.put(credential, { ...desk, groupId: 'sales' });
    credentials.forget('desk');
    await expect(credentials.authenticate(credential)).resolves.toMatchObject({ groupId: 'sales' });
  });

  it('of the device that came first is forgotten when there are too many', async () => {
    const other = createSecret();
    const devices = createFakeDevices([
      [credential, desk],
      [other, deviceOf('phone')],
    ]);
    const credentials = createDeviceCredentials({ devices, cachedDevices: 1 });
    for (const each of [credential, other, other, credential]) await credentials.authenticate(each);
    expect(devices.queries()).toBe(3);
  });
});
