import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import * as oidcClient from 'openid-client';
import * as z from 'zod';
import type { AccountRecord, AccountsRepository } from '../db/accounts.ts';
import type { Sealer } from './sealer.ts';
import { createSealedCookie } from './sealedCookie.ts';

/** The identity provider (OpenID Connect), and what it knows Sightline as. */
export interface OidcConfig {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** What people call it. */
  name: string;
}

/** Why somebody was not let in; `sso-failed` and `sso-unavailable` are not about a person. */
export type SingleSignOnRefusal =
  | 'sso-unavailable'
  | 'sso-failed'
  | 'sso-unverified-email'
  | 'sso-unknown-account'
  | 'sso-other-identity'
  | 'sso-disabled';

/** How a sign-on ended. */
export type SingleSignOnResult =
  | { outcome: 'right'; account: AccountRecord }
  | { outcome: 'refused'; reason: SingleSignOnRefusal; email?: string; account?: AccountRecord };

/** Signing in by the identity provider: authorization code flow with PKCE, state and nonce. It never makes accounts. */
export interface SingleSignOn {
  readonly name: string;
  /** Where the browser has to go, and the `Set-Cookie` header by which it is known when it comes back. */
  start(): Promise<
    { location: string; setCookie: string } | { outcome: 'refused'; reason: 'sso-unavailable' }
  >;
  /** Takes what the provider sent the browser back with. */
  finish(answer: Record<string, string>, cookieHeader: string | undefined): Promise<SingleSignOnResult>;
  /** The `Set-Cookie` header that ends an attempt: none is finished twice. */
  readonly clearedCookie: string;
}

/** What {@link createSingleSignOn} needs. */
export interface SingleSignOnDeps {
  oidc: OidcConfig;
  publicOrigin: string;
  accounts: Pick<AccountsRepository, 'findByEmail' | 'findByOidcSubject' | 'change'>;
  cookieSealer: Sealer;
  secure: boolean;
  clock: Pick<Clock, 'nowMs'>;
  logger: Logger;
}

const ATTEMPT_MS = 10 * 60_000;
const CONTEXT = 'sign-on';
const CALLBACK = '/api/v1/auth/oidc/callback';

const attemptSchema = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() });
const identitySchema = z.object({ email: z.string().toLowerCase(), email_verified: z.boolean().optional() });

/** Builds {@link SingleSignOn}. The provider is asked for its configuration when somebody first needs it. */
export function createSingleSignOn(deps: SingleSignOnDeps): SingleSignOn {
  const { oidc, publicOrigin, accounts, logger } = deps;
  const attempts = createSealedCookie({
    name: 'sightline_sso',
    lifetimeMs: ATTEMPT_MS,
    secure: deps.secure,
    sealer: deps.cookieSealer,
    clock: deps.clock,
  });
  const redirectUri = `${publicOrigin}${CALLBACK}`;
  const provider = createProvider(oidc);

  const log = (error: unknown, code: SingleSignOnRefusal, message: string): void => {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    logger.warn({ code, cause, issuer: oidc.issuer }, message);
  };

  /** Links at the first use, by a verified address; from then on issuer and subject are what counts. */
  const accountOf = async (subject: string, identity: unknown): Promise<SingleSignOnResult> => {
    const known = await accounts.findByOidcSubject(subject);
    if (known !== undefined) return letIn(known);
    const { data } = identitySchema.safeParse(identity);
    if (data?.email_verified !== true) return { outcome: 'refused', reason: 'sso-unverified-email' };
    const { email } = data;
    const account = await accounts.findByEmail(email);
    if (account === undefined) return { outcome: 'refused', reason: 'sso-unknown-account', email };
    if (account.disabled) return letIn(account);
    if (account.oidcSubject !== null)
      return { outcome: 'refused', reason: 'sso-other-identity', email, account };
    // A one-time password that nobody used is good for nothing any more.
    const withoutPassword = account.mustChangePassword
      ? { passwordHash: null, mustChangePassword: false }
      : {};
    const linked = await accounts.change(account.accountId, { oidcSubject: subject, ...withoutPassword });
    return linked === undefined
      ? { outcome: 'refused', reason: 'sso-unknown-account', email }
      : letIn(linked);
  };

  return {
    name: oidc.name,
    clearedCookie: attempts.cleared,
    async start() {
      try {
        const configuration = await provider();
        const verifier = oidcClient.randomPKCECodeVerifier();
        const state = oidcClient.randomState();
        const nonce = oidcClient.randomNonce();
        const location = oidcClient.buildAuthorizationUrl(configuration, {
          redirect_uri: redirectUri,
          scope: 'openid email',
          code_challenge: await oidcClient.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state,
          nonce,
        });
        const setCookie = attempts.set(JSON.stringify({ state, nonce, verifier }), CONTEXT);
        return { location: location.href, setCookie };
      } catch (error) {
        log(error, 'sso-unavailable', 'the identity provider does not answer; check SIGHTLINE_OIDC_ISSUER');
        return { outcome: 'refused', reason: 'sso-unavailable' };
      }
    },
    async finish(answer, cookieHeader) {
      const text = attempts.read(cookieHeader, CONTEXT);
      if (text === undefined) return { outcome: 'refused', reason: 'sso-failed' };
      const { state, nonce, verifier } = attemptSchema.parse(JSON.parse(text));
      const url = new URL(`${redirectUri}?${new URLSearchParams(answer).toString()}`);
      try {
        const configuration = await provider();
        const tokens = await oidcClient.authorizationCodeGrant(configuration, url, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) return { outcome: 'refused', reason: 'sso-failed' };
        const identity =
          claims['email'] === undefined
            ? await oidcClient.fetchUserInfo(configuration, tokens.access_token, claims.sub)
            : claims;
        return await accountOf(`${claims.iss} ${claims.sub}`, identity);
      } catch (error) {
        log(error, 'sso-failed', 'a sign-on came back wrong');
        return { outcome: 'refused', reason: 'sso-failed' };
      }
    },
  };
}

function letIn(account: AccountRecord): SingleSignOnResult {
  return account.disabled
    ? { outcome: 'refused', reason: 'sso-disabled', email: account.email, account }
    : { outcome: 'right', account };
}

/** Discovers the provider once (OpenID Connect Discovery 1.0); a failure is not kept. */
function createProvider({
  issuer,
  clientId,
  clientSecret,
}: OidcConfig): () => Promise<oidcClient.Configuration> {
  // Only a provider on this machine may be without TLS: the configuration sees to that.
  const execute = issuer.startsWith('http:') ? [oidcClient.allowInsecureRequests] : [];
  let discovered: Promise<oidcClient.Configuration> | undefined;
  return () => {
    discovered ??= oidcClient
      .discovery(new URL(issuer), clientId, clientSecret, undefined, { execute, timeout: 10 })
      .catch((error: unknown) => {
        discovered = undefined;
        throw error;
      });
    return discovered;
  };
}
