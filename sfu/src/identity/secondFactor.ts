import type { Clock } from '@sightline/shared';
import type { AccountRecord, AccountsRepository } from '../db/accounts.ts';
import type { Sealer } from './sealer.ts';
import { createSealedCookie } from './sealedCookie.ts';
import { createTotpSecret, otpauthUrl, totpStepOf } from './totp.ts';

/** Second factors of accounts. Secrets are encrypted wherever they are kept. */
export interface SecondFactor {
  /** Whether the code is right now and was not used before. Each is good once. */
  accepts(account: AccountRecord, code: string): Promise<boolean>;
  /** Makes a secret that waits, in the `setCookie` header, until it is confirmed. */
  offer(account: AccountRecord): { secret: string; otpauthUrl: string; setCookie: string };
  /** Gives the account the secret that was offered. `not-offered`: not in the last ten minutes, or not by this browser. */
  confirm(
    accountId: string,
    code: string,
    cookieHeader: string | undefined,
  ): Promise<'confirmed' | 'wrong' | 'not-offered'>;
  remove(accountId: string): Promise<void>;
  /** The `Set-Cookie` header that withdraws an offer. */
  readonly clearedOffer: string;
}

/** What {@link createSecondFactor} needs. */
export interface SecondFactorDeps {
  accounts: Pick<AccountsRepository, 'change' | 'useTotpStep'>;
  /** For secrets at rest. */
  sealer: Sealer;
  /** For offers. */
  cookieSealer: Sealer;
  secure: boolean;
  clock: Pick<Clock, 'nowMs'>;
}

const OFFER_MS = 10 * 60_000;

/** Builds {@link SecondFactor}. */
export function createSecondFactor(deps: SecondFactorDeps): SecondFactor {
  const { accounts, sealer, cookieSealer, secure, clock } = deps;
  const offers = createSealedCookie({
    name: 'sightline_totp',
    lifetimeMs: OFFER_MS,
    secure,
    sealer: cookieSealer,
    clock,
  });
  const atRest = (accountId: string): string => `totp of ${accountId}`;

  const use = async (accountId: string, secret: string, code: string): Promise<boolean> => {
    const step = totpStepOf(secret, code, clock.nowMs());
    return step !== undefined && accounts.useTotpStep(accountId, step);
  };

  return {
    clearedOffer: offers.cleared,
    async accepts({ accountId, totpSecret }, code) {
      if (totpSecret === null) return false;
      const secret = sealer.open(totpSecret, atRest(accountId));
      if (secret === undefined) {
        throw new Error(
          'A second factor cannot be decrypted: SIGHTLINE_SERVER_SECRET is not the one it was kept with.',
        );
      }
      return use(accountId, secret, code);
    },
    offer({ accountId, email }) {
      const secret = createTotpSecret();
      return { secret, otpauthUrl: otpauthUrl(secret, email), setCookie: offers.set(secret, accountId) };
    },
    async confirm(accountId, code, cookieHeader) {
      const secret = offers.read(cookieHeader, accountId);
      if (secret === undefined) return 'not-offered';
      if (!(await use(accountId, secret, code))) return 'wrong';
      await accounts.change(accountId, { totpSecret: sealer.seal(secret, atRest(accountId)) });
      return 'confirmed';
    },
    async remove(accountId) {
      await accounts.change(accountId, { totpSecret: null });
    },
  };
}
