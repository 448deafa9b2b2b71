import { hold, holdList, placedHold, type Hold, type holdOrder } from '@sightline/shared';
import type * as z from 'zod';
import { part, type Http } from './http.ts';

/** Legal holds. */
export interface HoldsApi {
  /** The newest first, released ones too. */
  list(companyId: string): Promise<Hold[]>;
  place(companyId: string, order: z.input<typeof holdOrder>): Promise<z.output<typeof placedHold>>;
  release(released: Hold, reason: string): Promise<Hold>;
}

/** Builds the {@link HoldsApi}. */
export function createHoldsApi({ ask }: Http): HoldsApi {
  const at = (companyId: string, rest = ''): string => `/companies/${part(companyId)}/holds${rest}`;
  return {
    list: async (companyId) => (await ask({ method: 'GET', path: at(companyId), answer: holdList })).holds,
    place: (companyId, body) => ask({ method: 'POST', path: at(companyId), body, answer: placedHold }),
    release: ({ companyId, holdId }, reason) =>
      ask({
        method: 'POST',
        path: at(companyId, `/${part(holdId)}/release`),
        body: { reason },
        answer: hold,
      }),
  };
}
