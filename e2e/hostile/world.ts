import { accountWithPassword, company, enrolment, group, newEnrolmentToken } from '@sightline/shared';
import { enrolAll } from '../harness/enrolment.ts';
import { callApi, signIn } from '../harness/session.ts';
import type { Stack } from '../harness/stack.ts';
import type { Target } from './protocol.ts';

const PASSWORD = 'what-the-attacker-chose';
const LIFETIME_MS = 3_600_000;

/** Gives an attacker all that somebody with every right has, and things of his own to break. */
export async function createTarget(stack: Stack, seed: number): Promise<Target> {
  const { api } = stack;
  const order = (email: string) => ({
    email,
    name: 'Mallory',
    grants: [{ role: 'owner', companyId: null, groupId: null }],
  });
  const create = async (email: string) =>
    accountWithPassword.parse(await api('POST', '/api/v1/accounts', order(email)));
  const { account, oneTimePassword } = await create('mallory@e2e.example');
  const first = await signIn(stack.url, { email: account.email, password: oneTimePassword });
  await first.api('POST', '/api/v1/auth/password', {
    currentPassword: oneTimePassword,
    newPassword: PASSWORD,
  });

  const { companyId } = company.parse(await api('POST', '/api/v1/companies', { name: 'To be broken' }));
  const path = `/api/v1/companies/${companyId}`;
  const { groupId } = group.parse(await api('POST', `${path}/groups`, { name: 'To be broken' }));
  const { token, secret } = newEnrolmentToken.parse(
    await api('POST', `${path}/enrolment-tokens`, { lifetimeMs: LIFETIME_MS, uses: 1_000 }),
  );
  const machine = { userName: 'broken', hostName: 'desk', os: 'Linux' };
  const { deviceId } = enrolment.parse(
    await callApi(stack.url, 'POST', '/api/v1/enrol', { secret, machine }),
  );
  const victim = await create('victim@e2e.example');
  const names = ['mallory-1', 'mallory-2', 'mallory-3'].map((user) => ({ user, host: 'desk' }));
  return {
    url: stack.url,
    port: Number(new URL(stack.url).port),
    account: { email: account.email, password: PASSWORD },
    recorderSecret: stack.recorderSecret,
    credentials: (await enrolAll(stack, names)).map(({ credential }) => credential),
    ids: {
      companyId: [companyId],
      groupId: [groupId],
      deviceId: [deviceId],
      accountId: [victim.account.accountId],
      tokenId: [token.tokenId],
      secret: [secret],
    },
    seed,
  };
}
