import { sessionLocation, type SessionLocation } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import * as z from 'zod';
import { openNoteFolder } from './noteFolder.ts';

const entry = z.object({
  session: sessionLocation,
  /** Number of the last seal that was acknowledged. */
  reportedUpTo: z.int().nonnegative(),
});

/** A session of which seals may have to be reported. */
export type SealReports = z.output<typeof entry>;

/** The register, on disk, of sessions whose seals have not all been acknowledged. */
export interface SealRegister {
  /** Enters a session, if it is not in there; durable when resolved. */
  add(session: SessionLocation): Promise<void>;
  /** A seal was acknowledged. */
  reported(sessionId: string, sealNumber: number): Promise<void>;
  remove(sessionId: string): Promise<void>;
  list(): Promise<SealReports[]>;
}

/** Keeps one small file per session in `dir`. */
export async function createSealRegister(dir: string, logger: Logger): Promise<SealRegister> {
  const notes = await openNoteFolder(dir, entry, logger);
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: a session may be let go and taken up again at the same time. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = last.then(act);
    last = done.catch(() => undefined);
    return done;
  };
  return {
    add: ({ companyId, userId, sessionId, sessionStartedAtMs }) =>
      inTurn(async () => {
        if ((await notes.find(sessionId)) !== undefined) return;
        const session = { companyId, userId, sessionId, sessionStartedAtMs };
        await notes.put([[sessionId, { session, reportedUpTo: 0 }]]);
      }),
    reported: (sessionId, sealNumber) =>
      inTurn(async () => {
        const known = await notes.find(sessionId);
        if (known === undefined || known.reportedUpTo >= sealNumber) return;
        await notes.put([[sessionId, { ...known, reportedUpTo: sealNumber }]]);
      }),
    remove: (sessionId) => inTurn(() => notes.remove(sessionId)),
    list: () => inTurn(async () => (await notes.list()).map(([, reports]) => reports)),
  };
}
