import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRunFolder, sessionLocation, type SessionLocation } from '@sightline/shared';
import * as z from 'zod';
import { replaceFile, syncPath } from './durable.ts';
import { isMissing } from './fileErrors.ts';

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
  /** A seal was acknowledged. A loss of power may forget it: then it is reported again. */
  reported(sessionId: string, sealNumber: number): Promise<void>;
  remove(sessionId: string): Promise<void>;
  list(): Promise<SealReports[]>;
}

/** Keeps one small file per session in `dir`. */
export async function createSealRegister(dir: string): Promise<SealRegister> {
  await mkdir(dir, { recursive: true });
  const pathOf = (sessionId: string): string => join(dir, `${encodeRunFolder(sessionId)}.json`);
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: a session may be let go and taken up again at the same time. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = last.then(act);
    last = done.catch(() => undefined);
    return done;
  };
  const read = async (path: string): Promise<SealReports | undefined> => {
    try {
      return entry.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  return {
    add: ({ companyId, userId, sessionId, sessionStartedAtMs }) =>
      inTurn(async () => {
        const path = pathOf(sessionId);
        if ((await read(path)) !== undefined) return;
        const session = { companyId, userId, sessionId, sessionStartedAtMs };
        await replaceFile(path, JSON.stringify({ session, reportedUpTo: 0 }));
        await syncPath(dir);
      }),
    reported: (sessionId, sealNumber) =>
      inTurn(async () => {
        const path = pathOf(sessionId);
        const known = await read(path);
        if (known === undefined || known.reportedUpTo >= sealNumber) return;
        await writeFile(`${path}.new`, JSON.stringify({ ...known, reportedUpTo: sealNumber }));
        await rename(`${path}.new`, path);
      }),
    remove: (sessionId) => inTurn(() => rm(pathOf(sessionId), { force: true })),
    list: () =>
      inTurn(async () => {
        const names = (await readdir(dir)).filter((name) => name.endsWith('.json'));
        const found = await Promise.all(names.map((name) => read(join(dir, name))));
        return found.flatMap((one) => one ?? []);
      }),
  };
}
