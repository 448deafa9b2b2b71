import { passwordChange, totpConfirmation, totpOffer, totpRemoval } from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import type { AccountRecord } from '../db/accounts.ts';
import { recordForAccount } from '../identity/auditTrail.ts';
import type { AuthRoutesDeps } from './authRoutes.ts';
import { ownAccount, throttled } from './ownAccount.ts';
import type { Api, RouteContext } from './route.ts';

const PATH = '/api/v1/auth';

/** `POST /auth/password`, `POST` and `DELETE /auth/totp`, `POST /auth/totp/confirm`. */
export function ownAccountRoutes(api: Api, { accounts, identity, auditLog }: AuthRoutesDeps): void {
  const { passwords, secondFactor, sessions, signIn } = identity;

  const confirmPassword = async (
    account: AccountRecord,
    password: string,
    { address, reply }: RouteContext,
  ): Promise<void> => {
    const result = await signIn.confirm(account, password, address);
    if (result.outcome === 'throttled') throw throttled(reply, result.waitMs);
    if (result.outcome === 'right') return;
    await recordForAccount(auditLog, account, {
      action: 'sign-in-failed',
      address,
      details: { email: account.email, reason: 'wrong-password' },
    });
    throw new HttpProblem(403, 'wrong-password', 'The current password is not right.');
  };

  api.route({
    method: 'POST',
    url: `${PATH}/password`,
    summary: 'Changes the password and ends every other session of the account.',
    access: 'signed-in',
    input: { body: passwordChange },
    response: 'nothing',
    async handler({ body: { currentPassword, newPassword } }, context) {
      const { caller, address, cookieHeader, reply } = context;
      const account = await ownAccount(accounts, caller.principal.accountId);
      await confirmPassword(account, currentPassword, context);
      if (newPassword === currentPassword) {
        throw new HttpProblem(409, 'password-unchanged', 'Choose a password that is not the current one.');
      }
      const passwordHash = await passwords.hash(newPassword);
      await accounts.change(account.accountId, { passwordHash, mustChangePassword: false });
      await sessions.endAll(account.accountId, caller.sessionHash);
      const cookie = await sessions.rotate(cookieHeader);
      if (cookie !== undefined) void reply.header('set-cookie', cookie);
      await recordForAccount(auditLog, account, { action: 'password-changed', address });
    },
  });

  api.route({
    method: 'POST',
    url: `${PATH}/totp`,
    summary: 'Offers a second factor, which counts once it is confirmed with a code.',
    access: 'signed-in',
    input: {},
    response: totpOffer,
    async handler(_input, { caller, reply }) {
      const account = await withoutSecondFactor(caller.principal.accountId);
      const { setCookie, ...offer } = secondFactor.offer(account);
      void reply.header('set-cookie', setCookie);
      return offer;
    },
  });

  api.route({
    method: 'POST',
    url: `${PATH}/totp/confirm`,
    summary: 'Adds the second factor that was offered.',
    access: 'signed-in',
    input: { body: totpConfirmation },
    response: 'nothing',
    async handler({ body }, { caller, address, cookieHeader, reply }) {
      const account = await withoutSecondFactor(caller.principal.accountId);
      const result = await secondFactor.confirm(account.accountId, body.totpCode, cookieHeader);
      if (result === 'not-offered') {
        throw new HttpProblem(409, 'totp-not-offered', 'The offer has expired; begin again.');
      }
      if (result === 'wrong') {
        throw new HttpProblem(
          403,
          'totp-wrong',
          'The code is not right; check the clock of the authenticator.',
        );
      }
      void reply.header('set-cookie', secondFactor.clearedOffer);
      await recordForAccount(auditLog, account, { action: 'totp-added', address });
    },
  });

  api.route({
    method: 'DELETE',
    url: `${PATH}/totp`,
    summary: 'Removes the second factor.',
    access: 'signed-in',
    input: { body: totpRemoval },
    response: 'nothing',
    async handler({ body }, context) {
      const account = await ownAccount(accounts, context.caller.principal.accountId);
      await confirmPassword(account, body.currentPassword, context);
      await secondFactor.remove(account.accountId);
      await recordForAccount(auditLog, account, { action: 'totp-removed', address: context.address });
    },
  });

  const withoutSecondFactor = async (accountId: string): Promise<AccountRecord> => {
    const account = await ownAccount(accounts, accountId);
    if (account.totpSecret === null) return account;
    throw new HttpProblem(409, 'totp-present', 'There is a second factor already; remove it first.');
  };
}
