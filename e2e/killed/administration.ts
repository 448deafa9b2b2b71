import { accountList, companyList, group, groupList, type Role } from '@sightline/shared';
import { oneOf } from '../harness/random.ts';
import type { Api } from '../harness/session.ts';
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
