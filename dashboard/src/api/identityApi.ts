import {
  me,
  signInOptions,
  totpOffer,
  type Me,
  type passwordChange,
  type signInOrder,
  type totpRemoval,
} from '@sightline/shared';
import type * as z from 'zod';
import type { Http } from './http.ts';

/** Signing in and out, and one's own account. */
export interface IdentityApi {
  options(): Promise<z.output<typeof signInOptions>>;
  /** @throws {ApiError} `totp-required` when the code of a second factor is needed too. */
  signIn(order: z.input<typeof signInOrder>): Promise<Me>;
  me(): Promise<Me>;
  signOut(): Promise<void>;
  /** Ends every session of the account, this one too. */
  signOutEverywhere(): Promise<void>;
  changePassword(change: z.input<typeof passwordChange>): Promise<void>;
  /** Offers a second factor, which counts once it is confirmed. */
  offerTotp(): Promise<z.output<typeof totpOffer>>;
  confirmTotp(totpCode: string): Promise<void>;
  removeTotp(removal: z.input<typeof totpRemoval>): Promise<void>;
}

/** Builds the {@link IdentityApi}. */
export function createIdentityApi({ ask, tell }: Http): IdentityApi {
  return {
    options: () => ask({ method: 'GET', path: '/auth/options', answer: signInOptions }),
    signIn: (body) => ask({ method: 'POST', path: '/auth/sign-in', body, answer: me }),
    me: () => ask({ method: 'GET', path: '/auth/me', answer: me }),
    signOut: () => tell({ method: 'POST', path: '/auth/sign-out' }),
    signOutEverywhere: () => tell({ method: 'POST', path: '/auth/sign-out-everywhere' }),
    changePassword: (body) => tell({ method: 'POST', path: '/auth/password', body }),
    offerTotp: () => ask({ method: 'POST', path: '/auth/totp', answer: totpOffer }),
    confirmTotp: (totpCode) => tell({ method: 'POST', path: '/auth/totp/confirm', body: { totpCode } }),
    removeTotp: (body) => tell({ method: 'DELETE', path: '/auth/totp', body }),
  };
}
