import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { AccountsRepository } from '../db/accounts.ts';
import { deriveKey } from './keys.ts';
import type { Passwords } from './passwords.ts';
import { createSealer } from './sealer.ts';
import { createSecondFactor, type SecondFactor } from './secondFactor.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createSignIn, type SignIn } from './signIn.ts';
import { createSingleSignOn, type OidcConfig, type SingleSignOn } from './singleSignOn.ts';

/** Everything by which people show who they are. */
export interface Identity {
  readonly passwords: Passwords;
  readonly secondFactor: SecondFactor;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  /** Undefined: it is not configured. */
  readonly singleSignOn: SingleSignOn | undefined;
}

/** What {@link createIdentity} needs. */
export interface IdentityDeps {
  accounts: AccountsRepository;
  passwords: Passwords;
  serverSecret: string;
  /** Scheme, host and port under which people open Sightline. */
  publicOrigin: string;
  /** Undefined: no single sign-on. */
  oidc: OidcConfig | undefined;
  clock: Clock;
  logger: Logger;
}

/** Builds {@link Identity}. */
export function createIdentity(deps: IdentityDeps): Identity {
  const { accounts, passwords, serverSecret, publicOrigin, oidc, clock, logger } = deps;
  const secure = publicOrigin.startsWith('https:');
  const cookieSealer = createSealer(deriveKey(serverSecret, 'cookies'));
  const secondFactor = createSecondFactor({
    accounts,
    sealer: createSealer(deriveKey(serverSecret, 'totp')),
    cookieSealer,
    secure,
    clock,
  });
  return {
    passwords,
    secondFactor,
    sessions: createSessions({ accounts, secure, clock, logger }),
    signIn: createSignIn({ accounts, passwords, secondFactor, clock }),
    singleSignOn:
      oidc && createSingleSignOn({ oidc, publicOrigin, accounts, cookieSealer, secure, clock, logger }),
  };
}
