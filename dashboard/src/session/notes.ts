import type { LocationQuery } from 'vue-router';
import { API_ROOT } from '../api/http.ts';

/** Where the browser goes to sign in at the identity provider. */
export const SINGLE_SIGN_ON_URL = `${API_ROOT}/auth/oidc/start`;

const NOTES: Readonly<Record<string, string>> = {
  ended: 'You were signed out: the session has ended.',
  'signed-out': 'You are signed out.',
  'sso-unavailable': 'The identity provider cannot be reached. Try again later, or use a password.',
  'sso-failed': 'Single sign-on did not succeed. Try again.',
  'sso-unverified-email':
    'The identity provider has not verified your e-mail address. Have it verified there.',
  'sso-unknown-account': 'There is no account with your e-mail address here. Ask an administrator for one.',
  'sso-other-identity': 'This account belongs to another identity of the provider. Ask an administrator.',
  'sso-disabled': 'This account is disabled. Ask an administrator.',
};

/** Why the sign-in page is shown, as its address says: `why` is ours, `problem` comes from single sign-on. */
export function describeArrival({ why, problem }: LocationQuery): string | undefined {
  const reason = typeof problem === 'string' ? problem : why;
  return typeof reason === 'string' ? NOTES[reason] : undefined;
}
