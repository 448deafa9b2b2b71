import { accountWithPassword, deviceList, enrolment, newEnrolmentToken } from '@sightline/shared';
import { oneOf } from '../harness/random.ts';
import { callApi, signIn, type Session } from '../harness/session.ts';
import type { WriterDeps, Written } from './administration.ts';
import { Expectation } from './expectation.ts';

/** The password of an account, changed by itself. */
export async function writePassword({ url, api, companyId, tally }: WriterDeps): Promise<Written> {
  const email = 'kim@e2e.example';
  const order = { email, name: 'Kim', grants: [{ role: 'supervisor', companyId, groupId: null }] };
  const { oneTimePassword } = accountWithPassword.parse(
    await tally.recorded('account-created', () => api('POST', '/api/v1/accounts', order)),
  );
  const expected = new Expectation(oneTimePassword);
  let candidates = [oneTimePassword];
  let session: Session = await signIn(url, { email, password: oneTimePassword });
  let made = 0;

  async function signInWith(password: string): Promise<Session | undefined> {
    try {
      return await signIn(url, { email, password });
    } catch (error) {
      if (error instanceof Error && error.message.includes('answered 401')) return undefined;
      throw error;
    }
  }

  return {
    async write() {
      const password = `password number ${++made}`;
      const currentPassword = expected.acknowledged;
      candidates.push(password);
      await expected.write(
        (value) => value === password,
        async () => {
          const change = { currentPassword, newPassword: password };
          await tally.recorded('password-changed', () =>
            session.api('POST', '/api/v1/auth/password', change),
          );
          return password;
        },
      );
      candidates = [password];
    },
    async check() {
      for (const password of candidates) {
        const opened = await signInWith(password);
        if (opened === undefined) continue;
        session = opened;
        expected.settle('the password', password);
        candidates = [password];
        return;
      }
      throw new Error('the account can be entered with none of its passwords');
    },
  };
}

/** Devices that enrol, get other names, and are revoked. */
export async function writeDevices({ url, api, companyId, tally, random }: WriterDeps): Promise<Written> {
  const path = `/api/v1/companies/${companyId}`;
  const order = { lifetimeMs: 3_600_000, uses: 10_000 };
  const { secret } = newEnrolmentToken.parse(
    await tally.recorded('enrolment-token-created', () => api('POST', `${path}/enrolment-tokens`, order)),
  );
  /** By user name: its name, undefined while it is not enrolled, null when it is revoked. */
  const names = new Map<string, Expectation<string | undefined | null>>();
  const ids = new Map<string, string>();
  let made = 0;

  async function enrolOne(): Promise<void> {
    const userName = `enrolled-${++made}`;
    const name = new Expectation<string | undefined | null>(undefined);
    names.set(userName, name);
    await name.write(
      (value) => typeof value === 'string',
      async () => {
        const machine = { userName, hostName: 'killed', os: 'Linux' };
        const answer = await tally.recorded('device-enrolled', () =>
          callApi(url, 'POST', '/api/v1/enrol', { secret, machine }),
        );
        const { deviceId, deviceName } = enrolment.parse(answer);
        ids.set(userName, deviceId);
        return deviceName;
      },
    );
  }

  return {
    async write() {
      const active = [...names].filter(
        ([user, name]) => ids.has(user) && typeof name.acknowledged === 'string',
      );
      const chosen = oneOf(random, active);
      if (chosen === undefined || random() < 0.3) return enrolOne();
      const [userName, name] = chosen;
      const device = `${path}/devices/${String(ids.get(userName))}`;
      if (random() < 0.3) {
        return name.write(
          (value) => value === null,
          async () => {
            await tally.recorded('device-revoked', () => api('POST', `${device}/revoke`));
            return null;
          },
        );
      }
      const wanted = `${userName} as number ${Math.floor(random() * 1e6)}`;
      await name.write(
        (value) => value === wanted,
        async () => {
          await tally.recorded('device-changed', () => api('PATCH', device, { name: wanted }));
          return wanted;
        },
      );
    },
    async check() {
      const { devices } = deviceList.parse(await api('GET', `${path}/devices`));
      const byUser = new Map(devices.map((device) => [device.userId.split('@')[0] ?? '', device]));
      for (const [userName, name] of names) {
        const device = byUser.get(userName);
        if (device !== undefined) ids.set(userName, device.deviceId);
        name.settle(
          `the name of ${userName}`,
          device === undefined || device.revokedAtMs === null ? device?.name : null,
        );
      }
    },
  };
}
