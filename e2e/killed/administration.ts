import {
  accountList,
  accountWithPassword,
  companyList,
  deviceList,
  enrolment,
  group,
  groupList,
  newEnrolmentToken,
  type Role,
} from '@sightline/shared';
import { oneOf } from '../harness/random.ts';
import { callApi, signIn, type Api, type Session } from '../harness/session.ts';
import type { AuditTally } from './auditTally.ts';
import { Expectation } from './expectation.ts';

/** Something on the server that is written again and again. */
export interface Written {
  /** Makes one write. @throws when it was not acknowledged */
  write(): Promise<void>;
  /** Compares what the server has with what it acknowledged. @throws Error on a difference */
  check(): Promise<void>;
}

/** What those who write need. */
export interface WriterDeps {
  url: string;
  /** Calls the API as the owner. */
  api: Api;
  companyId: string;
  tally: AuditTally;
  random: () => number;
}

const MAX_GROUPS = 8;
const ROLES: readonly Role[] = ['admin', 'supervisor', 'compliance'];

/** Groups that are created and deleted. */
export function writeGroups({ api, companyId, tally, random }: WriterDeps): Written {
  const path = `/api/v1/companies/${companyId}/groups`;
  const expected = new Map<string, Expectation<boolean>>();
  let made = 0;
  const list = async () => groupList.parse(await api('GET', path)).groups;
  return {
    async write() {
      const there = [...expected].filter(([, exists]) => exists.acknowledged);
      const victim = there.length < MAX_GROUPS ? undefined : oneOf(random, there);
      if (victim === undefined) {
        const name = `group ${++made}`;
        const exists = new Expectation(false);
        expected.set(name, exists);
        await exists.write(Boolean, async () => {
          group.parse(await tally.recorded('group-created', () => api('POST', path, { name })));
          return true;
        });
        return;
      }
      const [name, exists] = victim;
      const { groupId } = (await list()).find((each) => each.name === name) ?? {};
      if (groupId === undefined) throw new Error(`${name} is gone`);
      await exists.write(
        (still) => !still,
        async () => {
          await tally.recorded('group-deleted', () => api('DELETE', `${path}/${groupId}`));
          return false;
        },
      );
    },
    async check() {
      const names = new Set((await list()).map(({ name }) => name));
      for (const [name, exists] of expected) exists.settle(`whether ${name} exists`, names.has(name));
    },
  };
}

/** The company's threshold for idleness. */
export function writeThreshold({ api, companyId, tally, random }: WriterDeps): Written {
  const read = async (): Promise<number> => {
    const { companies } = companyList.parse(await api('GET', '/api/v1/companies'));
    const company = companies.find((each) => each.companyId === companyId);
    if (company === undefined) throw new Error('the company is gone');
    return company.idleThresholdMs;
  };
  let expected: Expectation<number> | undefined;
  return {
    async write() {
      expected ??= new Expectation(await read());
      const idleThresholdMs = 30_000 + Math.floor(random() * 1_000_000);
      await expected.write(
        (value) => value === idleThresholdMs,
        async () => {
          const path = `/api/v1/companies/${companyId}`;
          await tally.recorded('company-changed', () => api('PATCH', path, { idleThresholdMs }));
          return idleThresholdMs;
        },
      );
    },
    async check() {
      expected?.settle('the threshold', await read());
    },
  };
}

/** Accounts that are created, and whose roles change. */
export function writeGrants({ api, companyId, tally, random }: WriterDeps): Written {
  const roles = new Map<string, Expectation<Role | undefined>>();
  let made = 0;
  const list = async () => accountList.parse(await api('GET', '/api/v1/accounts')).accounts;
  const grants = (role: Role) => [{ role, companyId, groupId: null }];
  return {
    async write() {
      const role = oneOf(random, ROLES) ?? 'supervisor';
      const email = oneOf(random, [...roles.keys()]);
      const known = email === undefined ? undefined : roles.get(email);
      if (known?.acknowledged === undefined || random() < 0.1) {
        const order = {
          email: `account-${++made}@e2e.example`,
          name: `Account ${made}`,
          grants: grants(role),
        };
        const created = new Expectation<Role | undefined>(undefined);
        roles.set(order.email, created);
        await created.write(
          (value) => value === role,
          async () => {
            await tally.recorded('account-created', () => api('POST', '/api/v1/accounts', order));
            return role;
          },
        );
        return;
      }
      const accountId = (await list()).find((account) => account.email === email)?.accountId;
      await known.write(
        (value) => value === role,
        async () => {
          const path = `/api/v1/accounts/${String(accountId)}`;
          await tally.recorded('account-changed', () => api('PATCH', path, { grants: grants(role) }));
          return role;
        },
      );
    },
    async check() {
      const accounts = new Map((await list()).map((account) => [account.email, account]));
      for (const [email, role] of roles) {
        role.settle(`the role of ${email}`, accounts.get(email)?.grants[0]?.role);
      }
    },
  };
}

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
        name.settle(`the name of ${userName}`, device?.revokedAtMs == null ? device?.name : null);
      }
    },
  };
}
