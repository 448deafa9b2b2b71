import type { Clock } from '@sightline/shared';
import { HttpProblem, verifyMediaToken, type MediaGrant } from '@sightline/shared/node';

/** What the token of a request opens. */
export interface OpenedToken {
  grant: MediaGrant;
  expiresAtMs: number;
}

/** Reads the tokens that the sfu signs: the recorder itself does not know who may see what. */
export interface MediaAccess {
  /** @param token as the query of a request has it. @throws {HttpProblem} 401 */
  open(token: unknown): Promise<OpenedToken>;
}

/** Builds a {@link MediaAccess}. */
export function createMediaAccess({ secret, clock }: { secret: string; clock: Clock }): MediaAccess {
  return {
    async open(token) {
      if (typeof token !== 'string') {
        throw new HttpProblem(401, 'unauthorised', 'A token is missing; ask the sfu for an address.');
      }
      const opened = await verifyMediaToken(secret, token, clock.nowMs());
      if (opened.ok) return opened.value;
      throw opened.error === 'expired'
        ? new HttpProblem(401, 'token-expired', 'The token has expired; ask the sfu for a new address.')
        : new HttpProblem(401, 'unauthorised', 'The token is not valid; ask the sfu for an address.');
    },
  };
}
