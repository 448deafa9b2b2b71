import { expect } from '@jest/globals';
import { me } from '@sightline/shared';
import { everybody, type Case, type Cell, type Rows, type Sent } from './httpTable.ts';
import { PASSWORD } from './world.ts';

/** What is about nobody but who asks. */
const own = (answer: string, send?: (cell: Cell) => Sent, check?: Case['check']): Case => ({
  places: ['own-group'],
  expect: everybody(answer),
  ...(send === undefined ? {} : { send }),
  ...(check === undefined ? {} : { check }),
});

const isTheActor: Case['check'] = (body, { actor }) => {
  const { accountId, email, grants } = actor.account;
  expect(me.parse(JSON.parse(body))).toMatchObject({ accountId, email, grants });
};

const AUTH = '/api/v1/auth';

/** Signing in, and one's own account. */
export const ownAccountRows: Rows = {
  [`GET ${AUTH}/options`]: { door: 'public', cases: [own('200')] },
  [`POST ${AUTH}/sign-in`]: {
    door: 'public',
    cases: [
      {
        ...own(
          '200',
          ({ actor }) => ({ body: { email: actor.account.email, password: PASSWORD } }),
          isTheActor,
        ),
        ifDisabled: '401 wrong-credentials',
      },
      {
        ...own('401 wrong-credentials', ({ actor }) => ({
          body: { email: actor.account.email, password: 'not the password' },
        })),
        name: 'with a wrong password',
      },
    ],
  },
  [`GET ${AUTH}/oidc/start`]: { door: 'public', cases: [own('404 sso-not-configured')] },
  [`GET ${AUTH}/oidc/callback`]: { door: 'public', cases: [own('404 sso-not-configured')] },
  [`GET ${AUTH}/me`]: { door: 'own-account', cases: [own('200', undefined, isTheActor)] },
  [`POST ${AUTH}/sign-out`]: { door: 'own-account', cases: [own('204')] },
  [`POST ${AUTH}/sign-out-everywhere`]: { door: 'own-account', cases: [own('204')] },
  [`POST ${AUTH}/password`]: {
    door: 'own-account',
    cases: [
      own('204', () => ({ body: { currentPassword: PASSWORD, newPassword: `${PASSWORD}, another` } })),
      {
        ...own('403 wrong-password', () => ({
          body: { currentPassword: 'not the password', newPassword: `${PASSWORD}, another` },
        })),
        name: 'without knowing the one there is',
      },
    ],
  },
  [`POST ${AUTH}/totp`]: { door: 'own-account', cases: [own('200')] },
  [`POST ${AUTH}/totp/confirm`]: {
    door: 'own-account',
    cases: [own('409 totp-not-offered', () => ({ body: { totpCode: '000000' } }))],
  },
  [`DELETE ${AUTH}/totp`]: {
    door: 'own-account',
    cases: [
      own('204', () => ({ body: { currentPassword: PASSWORD } })),
      {
        ...own('403 wrong-password', () => ({ body: { currentPassword: 'not the password' } })),
        name: 'without the password',
      },
    ],
  },
};
