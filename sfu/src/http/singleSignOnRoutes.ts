import { HttpProblem } from '@sightline/shared/node';
import * as z from 'zod';
import { recordForAccount } from '../identity/auditTrail.ts';
import type { SingleSignOn, SingleSignOnRefusal } from '../identity/singleSignOn.ts';
import type { AuthRoutesDeps } from './authRoutes.ts';
import type { Api } from './route.ts';

const PATH = '/api/v1/auth/oidc';

/** What a provider sends back (RFC 6749, section 4.1.2, and RFC 9207). */
const callbackQuery = z.object({
  code: z.string().exactOptional(),
  state: z.string().exactOptional(),
  iss: z.string().exactOptional(),
  error: z.string().exactOptional(),
  error_description: z.string().exactOptional(),
});

/** `GET /auth/oidc/start` and `/auth/oidc/callback`: pages go there, so what fails shows on the page of signing in. */
export function singleSignOnRoutes(api: Api, { identity, auditLog }: AuthRoutesDeps): void {
  const { sessions, singleSignOn } = identity;

  api.route({
    method: 'GET',
    url: `${PATH}/start`,
    summary: 'Goes to the identity provider.',
    access: 'public',
    input: {},
    response: 'redirect',
    async handler(_input, { reply }) {
      const started = await configured(singleSignOn).start();
      if ('outcome' in started) return signInPage(started.reason);
      void reply.header('set-cookie', started.setCookie);
      return started.location;
    },
  });

  api.route({
    method: 'GET',
    url: `${PATH}/callback`,
    summary: 'Comes back from the identity provider, signed in or with the reason why not.',
    access: 'public',
    input: { query: callbackQuery },
    response: 'redirect',
    async handler({ query }, { address, cookieHeader, reply }) {
      const provider = configured(singleSignOn);
      const result = await provider.finish(query, cookieHeader);
      void reply.header('set-cookie', provider.clearedCookie);
      if (result.outcome === 'right') {
        const cookie = await sessions.begin(result.account, address, cookieHeader);
        if (cookie === undefined) return signInPage('sso-failed');
        const details = { by: 'single sign-on' };
        await recordForAccount(auditLog, result.account, { action: 'signed-in', address, details });
        void reply.header('set-cookie', cookie);
        return '/';
      }
      const { reason, email, account } = result;
      // Without a person there is nothing to put on record: anybody can call this with nonsense.
      if (email !== undefined || reason === 'sso-unverified-email') {
        const details = { reason, ...(email === undefined ? {} : { email }) };
        await recordForAccount(auditLog, account, { action: 'sign-in-failed', address, details });
      }
      return signInPage(reason);
    },
  });
}

const signInPage = (problem: SingleSignOnRefusal): string => `/sign-in?problem=${problem}`;

function configured(singleSignOn: SingleSignOn | undefined): SingleSignOn {
  if (singleSignOn !== undefined) return singleSignOn;
  throw new HttpProblem(404, 'sso-not-configured', 'This server has no single sign-on.');
}
