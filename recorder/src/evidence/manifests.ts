import { join } from 'node:path';
import {
  encodeSessionFolder,
  MANIFEST_FILE,
  type Clock,
  type ManifestEntry,
  type ManifestEvent,
  type SessionLocation,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { createFolders, fileExists } from '../store/durable.ts';
import { openManifestWriter, type ManifestWriter, type SealEntry } from './manifestWriter.ts';
import type { SealKey } from './sealKey.ts';

const SEAL_EVERY_MS = 60_000;

/** A session whose manifest may have to be begun. */
export interface ManifestSession extends SessionLocation {
  userName: string;
  hostName: string;
}

/** A session's manifest, lent: everybody in this process who has it open appends to the same one. */
export interface SessionManifest {
  /** Resolves when the entry is durable, in the order of the calls. */
  append(event: ManifestEvent): Promise<ManifestEntry>;
  /** Resolves when everything so far is under a durable seal. */
  seal(): Promise<SealEntry>;
  /** Gives it back; whoever is last seals it. Idempotent. */
  close(): Promise<void>;
}

/** The manifests of this recorder: the one way to add to them. */
export interface Manifests {
  /** Opens the manifest of a session, and begins it if there is none. */
  open(session: ManifestSession): Promise<SessionManifest>;
  /** Opens one that is there; undefined if there is none. */
  openExisting(session: SessionLocation): Promise<SessionManifest | undefined>;
}

/** A seal that is durable. */
export interface Sealed {
  session: SessionLocation;
  seal: SealEntry;
}

/** What the manifests need. */
export interface ManifestsDeps {
  recordingsDir: string;
  recorderId: string;
  sealKey: SealKey;
  clock: Clock;
  logger: Logger;
  /** Resolves when it is remembered that seals of the session are to be reported; before the first of them. */
  onOpen?: (session: SessionLocation) => Promise<void>;
  /** Told of every seal when it is durable. */
  onSeal?: (sealed: Sealed) => void;
  /** The last one has given it back. */
  onClosed?: (session: SessionLocation) => void;
}

interface Shared {
  writer: Promise<ManifestWriter>;
  begun: Promise<ManifestEntry> | undefined;
  holders: number;
  sealTimer: (() => void) | undefined;
}

interface Loan {
  one: Shared;
  writer: ManifestWriter;
  lent: SessionManifest;
}

/** Where the manifest of a session is. @throws {PathCodecError} */
export const manifestPathOf = (recordingsDir: string, session: SessionLocation): string =>
  join(recordingsDir, encodeSessionFolder(session), MANIFEST_FILE);

/** Builds the manifests below `recordingsDir`. */
export function createManifests(deps: ManifestsDeps): Manifests {
  const { recordingsDir, recorderId, sealKey, clock, logger } = deps;
  const shared = new Map<string, Shared>();
  /** A manifest that is being closed must be so before it is opened again. */
  const closing = new Map<string, Promise<void>>();

  const openWriter = async (folder: string, session: SessionLocation): Promise<ManifestWriter> => {
    await closing.get(folder);
    await deps.onOpen?.(session);
    return openManifestWriter(join(recordingsDir, folder, MANIFEST_FILE), {
      recorderId,
      sessionId: session.sessionId,
      sealKey,
      clock,
      logger: logger.child({ sessionId: session.sessionId }),
      onSeal: (seal) => deps.onSeal?.({ session, seal }),
    });
  };

  const release = async (folder: string, session: SessionLocation, one: Shared): Promise<void> => {
    one.holders -= 1;
    if (one.holders > 0) return;
    shared.delete(folder);
    one.sealTimer?.();
    const closed = (async () => {
      const writer = await one.writer;
      try {
        await writer.seal();
      } finally {
        await writer.close();
        deps.onClosed?.(session);
      }
    })();
    const settled = closed
      .catch(() => undefined)
      .then(() => {
        if (closing.get(folder) === settled) closing.delete(folder);
      });
    closing.set(folder, settled);
    await closed;
  };

  const lend = async (session: SessionLocation): Promise<Loan> => {
    const folder = encodeSessionFolder(session);
    const one = shared.get(folder) ?? {
      writer: openWriter(folder, session),
      begun: undefined,
      holders: 0,
      sealTimer: undefined,
    };
    shared.set(folder, one);
    one.holders += 1;
    let writer: ManifestWriter;
    try {
      writer = await one.writer;
    } catch (error) {
      if (shared.get(folder) === one) shared.delete(folder);
      throw error;
    }
    const sealLater = (): void => {
      one.sealTimer ??= clock.after(SEAL_EVERY_MS, () => {
        one.sealTimer = undefined;
        writer.seal().catch((error: unknown) => {
          logger.error({ folder, err: error }, 'a manifest could not be sealed; it will be tried again');
          if (one.holders > 0) sealLater();
        });
      });
    };
    let givenBack: Promise<void> | undefined;
    return {
      one,
      writer,
      lent: {
        async append(event) {
          const entry = await writer.append(event);
          if (writer.last?.type !== 'seal') sealLater();
          return entry;
        },
        async seal() {
          const seal = await writer.seal();
          if (seal === undefined)
            throw new Error(`The manifest in ${folder} is empty; there is nothing to seal.`);
          return seal;
        },
        close: () => (givenBack ??= release(folder, session, one)),
      },
    };
  };

  return {
    async open(session) {
      await createFolders(recordingsDir, encodeSessionFolder(session));
      const { one, writer, lent } = await lend(session);
      if (writer.last !== undefined) return lent;
      const { sessionId, companyId, userId, userName, hostName, sessionStartedAtMs } = session;
      const ids = { recorderId, sessionId, companyId, userId, sessionStartedAtMs };
      try {
        one.begun ??= lent.append({ type: 'begin', version: 1, ...ids, userName, hostName });
        await one.begun;
      } catch (error) {
        one.begun = undefined;
        await lent.close();
        throw error;
      }
      return lent;
    },
    async openExisting(session) {
      if (!(await fileExists(manifestPathOf(recordingsDir, session)))) return undefined;
      const { writer, lent } = await lend(session);
      if (writer.last !== undefined) return lent;
      await lent.close();
      return undefined;
    },
  };
}
