import type { Clock } from '@sightline/shared';
import { HttpProblem, signMediaToken, verifyMediaToken, type MediaGrant } from '@sightline/shared/node';

/** What a token opens of tracks. */
export interface OpenedTracks {
  grant: MediaGrant & { kind: 'tracks' };
  expiresAtMs: number;
}

/** Reads the tokens that the sfu signs: the recorder itself does not know who may see what. */
export interface MediaAccess {
  /** @param token as the query of a request has it. @throws {HttpProblem} 401, or 403 if it opens something else */
  openTracks(token: unknown): Promise<OpenedTracks>;
  /** Returns the export that a token opens. @throws {HttpProblem} */
  openExport(token: unknown): Promise<string>;
  /** A token that opens of all this one folder only, and not longer: playlists name it thousands of times. */
  narrow(opened: OpenedTracks, folder: string): Promise<string>;
}

/** Builds a {@link MediaAccess}. */
export function createMediaAccess({ secret, clock }: { secret: string; clock: Clock }): MediaAccess {
  const open = async (token: unknown): Promise<{ grant: MediaGrant; expiresAtMs: number }> => {
    if (typeof token !== 'string') {
      throw new HttpProblem(401, 'unauthorised', 'A token is missing; ask the sfu for an address.');
    }
    const opened = await verifyMediaToken(secret, token, clock.nowMs());
    if (opened.ok) return opened.value;
    throw opened.error === 'expired'
      ? new HttpProblem(401, 'token-expired', 'The token has expired; ask the sfu for a new address.')
      : new HttpProblem(401, 'unauthorised', 'The token is not valid; ask the sfu for an address.');
  };
  const refused = (): HttpProblem => new HttpProblem(403, 'forbidden', 'The token is for something else.');
  return {
    async openTracks(token) {
      const { grant, expiresAtMs } = await open(token);
      if (grant.kind !== 'tracks') throw refused();
      return { grant, expiresAtMs };
    },
    async openExport(token) {
      const { grant } = await open(token);
      if (grant.kind !== 'export') throw refused();
      return grant.exportId;
    },
    narrow: ({ grant, expiresAtMs }, folder) =>
      signMediaToken(secret, { ...grant, folders: [folder] }, expiresAtMs),
  };
}
