import { me, signInOptions, signInOrder, type Me } from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import type { AuditLog } from '../audit/auditLog.ts';
import type { AccountRecord, AccountsRepository } from '../db/accounts.ts';
import { recordForAccount } from '../identity/auditTrail.ts';
import type { Identity } from '../identity/identity.ts';
import { ownAccount, throttled } from './ownAccount.ts';
import type { Api } from './route.ts';

/** What the routes of signing in and of one's own account need. */
export interface AuthRoutesDeps {
  accounts: Pick<AccountsRepository, 'find' | 'change'>;
  identity: Pick<Identity, 'passwords' | 'secondFactor' | 'sessions' | 'signIn' | 'singleSignOn'>;
  auditLog: Pick<AuditLog, 'record'>;
}

const PATH = '/api/v1/auth';

/** `GET /auth/options` and `/auth/me`, `POST /auth/sign-in`, `/auth/sign-out` and `/auth/sign-out-everywhere`. */
export function authRoutes(api: Api, { accounts, identity, auditLog }: AuthRoutesDeps): void {
  const { sessions, signIn, singleSignOn } = identity;

  api.route({
    method: 'GET',
    url: `${PATH}/options`,
    summary: 'Tells which ways to sign in there are.',
    access: 'public',
    input: {},
    response: signInOptions,
    handler: () => ({ singleSignOn: singleSignOn === undefined ? null : { name: singleSignOn.name } }),
  });

  api.route({
    method: 'POST',
    url: `${PATH}/sign-in`,
    summary: 'Signs in with e-mail address, password and, where there is one, second factor.',
    access: 'public',
    input: { body: signInOrder },
    response: me,
    async handler({ body }, { address, cookieHeader, reply }) {
      const result = await signIn.check(body, address);
      const fail = async (account: AccountRecord | undefined, reason: string): Promise<void> =>
        recordForAccount(auditLog, account, {
          action: 'sign-in-failed',
          address,
          details: { email: body.email, reason },
        });
      switch (result.outcome) {
        case 'throttled':
          throw throttled(reply, result.waitMs);
        case 'wrong':
          await fail(result.account, result.account?.disabled === true ? 'disabled' : 'wrong-password');
          throw wrongCredentials();
        case 'totp-required':
          throw new HttpProblem(401, 'totp-required', 'Enter the code that your authenticator shows.');
        case 'totp-wrong':
          await fail(result.account, 'wrong-code');
          throw new HttpProblem(
            401,
            'totp-wrong',
            'The code is not right, or was used before; take the next one.',
          );
        case 'right': {
          const { account } = result;
          const cookie = await sessions.begin(account, address, cookieHeader);
          if (cookie === undefined) {
            await fail(account, 'changed-meanwhile');
            throw wrongCredentials();
          }
          await recordForAccount(auditLog, account, {
            action: 'signed-in',
            address,
            details: { by: account.totpSecret === null ? 'password' : 'password and code' },
          });
          void reply.header('set-cookie', cookie);
          return toMe(account);
        }
      }
    },
  });

  api.route({
    method: 'POST',
    url: `${PATH}/sign-out`,
    summary: 'Ends this session.',
    access: 'signed-in',
    input: {},
    response: 'nothing',
    async handler(_input, { caller, address, reply }) {
      await sessions.end(caller);
      void reply.header('set-cookie', sessions.clearedCookie);
      await recordForAccount(auditLog, caller.principal, { action: 'signed-out', address });
    },
  });

  api.route({
    method: 'POST',
    url: `${PATH}/sign-out-everywhere`,
    summary: 'Ends all sessions of the account, this one too.',
    access: 'signed-in',
    input: {},
    response: 'nothing',
    async handler(_input, { caller, address, reply }) {
      await sessions.endAll(caller.principal.accountId);
      void reply.header('set-cookie', sessions.clearedCookie);
      await recordForAccount(auditLog, caller.principal, { action: 'sessions-ended', address });
    },
  });

  api.route({
    method: 'GET',
    url: `${PATH}/me`,
    summary: 'Tells who is signed in.',
    access: 'signed-in',
    input: {},
    response: me,
    handler: async (_input, { caller }) => toMe(await ownAccount(accounts, caller.principal.accountId)),
  });
}

const wrongCredentials = (): HttpProblem =>
  new HttpProblem(401, 'wrong-credentials', 'E-mail address or password are not right.');

function toMe(account: AccountRecord): Me {
  const { accountId, email, name, grants, mustChangePassword } = account;
  return {
    accountId,
    email,
    name,
    grants,
    mustChangePassword,
    hasPassword: account.passwordHash !== null,
    hasTotp: account.totpSecret !== null,
  };
}
