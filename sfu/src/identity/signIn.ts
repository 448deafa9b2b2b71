import type { Clock } from '@sightline/shared';
import type { AccountRecord, AccountsRepository } from '../db/accounts.ts';
import type { Passwords } from './passwords.ts';
import type { SecondFactor } from './secondFactor.ts';
import { ACCOUNT_PACE, ADDRESS_PACE, createThrottle, networkOf, type Attempt } from './throttle.ts';

/** Too many wrong passwords: this long nothing is looked at. */
export interface Throttled {
  outcome: 'throttled';
  waitMs: number;
}

/** How an attempt to sign in ended. `wrong` does not tell whether there is such an account. */
export type SignInResult =
  | { outcome: 'right'; account: AccountRecord }
  | { outcome: 'wrong'; account: AccountRecord | undefined }
  | { outcome: 'totp-required' }
  | { outcome: 'totp-wrong'; account: AccountRecord }
  | Throttled;

/** Checks passwords, never faster than guessing is worth. */
export interface SignIn {
  /** With e-mail address, password and, where there is one, second factor. @throws {HttpProblem} 429 `busy` */
  check(
    order: { email: string; password: string; totpCode?: string },
    address: string,
  ): Promise<SignInResult>;
  /** The password of somebody who has signed in already. @throws {HttpProblem} 429 `busy` */
  confirm(
    account: AccountRecord,
    password: string,
    address: string,
  ): Promise<{ outcome: 'right' | 'wrong' } | Throttled>;
}

/** What {@link createSignIn} needs. */
export interface SignInDeps {
  accounts: Pick<AccountsRepository, 'findByEmail'>;
  passwords: Passwords;
  secondFactor: Pick<SecondFactor, 'accepts'>;
  clock: Pick<Clock, 'nowMs'>;
}

/** Builds {@link SignIn}. */
export function createSignIn({ accounts, passwords, secondFactor, clock }: SignInDeps): SignIn {
  const ofAccounts = createThrottle(clock, ACCOUNT_PACE);
  const ofAddresses = createThrottle(clock, ADDRESS_PACE);

  const begin = (email: string, address: string): Attempt | Throttled => {
    const ofAddress = ofAddresses.begin(networkOf(address));
    if ('waitMs' in ofAddress) return { outcome: 'throttled', ...ofAddress };
    const ofAccount = ofAccounts.begin(email);
    if ('waitMs' in ofAccount) return { outcome: 'throttled', ...ofAccount };
    return {
      succeeded() {
        ofAccount.succeeded();
        // Otherwise an account of one's own would make guessing at others free.
        ofAddress.withdrawn();
      },
      withdrawn() {
        ofAccount.withdrawn();
        ofAddress.withdrawn();
      },
    };
  };

  const verify = async (attempt: Attempt, password: string, hash: string | null | undefined) => {
    try {
      return await passwords.verify(password, hash);
    } catch (error) {
      attempt.withdrawn();
      throw error;
    }
  };

  return {
    async check({ email, password, totpCode }, address) {
      const attempt = begin(email, address);
      if ('outcome' in attempt) return attempt;
      const account = await accounts.findByEmail(email);
      const isRight = await verify(attempt, password, account?.passwordHash);
      if (!isRight || account === undefined || account.disabled) return { outcome: 'wrong', account };
      if (account.totpSecret !== null) {
        if (totpCode === undefined) {
          // Forgetting the failures here would let someone who has the password guess codes without end.
          attempt.withdrawn();
          return { outcome: 'totp-required' };
        }
        if (!(await secondFactor.accepts(account, totpCode))) return { outcome: 'totp-wrong', account };
      }
      attempt.succeeded();
      return { outcome: 'right', account };
    },
    async confirm(account, password, address) {
      const attempt = begin(account.email, address);
      if ('outcome' in attempt) return attempt;
      if (!(await verify(attempt, password, account.passwordHash))) return { outcome: 'wrong' };
      attempt.withdrawn();
      return { outcome: 'right' };
    },
  };
}
