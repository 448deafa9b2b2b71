import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { ClientDirectory } from '../clients/directory.ts';
import type { RecordingsRepository } from '../db/recordings.ts';

/** Keeps sessions on record: when each began, which displays it had, and when and why it ended. */
export interface SessionRecords {
  /** Resolves when what has happened to the session until now is on disk. @throws what the database threw */
  written(sessionId: string): Promise<void>;
}

/** Starts keeping: follows the directory's sessions. */
export function createSessionRecords(deps: {
  directory: ClientDirectory;
  repository: Pick<RecordingsRepository, 'addSession' | 'addTrack' | 'endSession'>;
  clock: Clock;
  logger: Logger;
}): SessionRecords {
  const { clock, directory, logger, repository } = deps;
  const writes = new Map<string, Promise<void>>();
  const follow = (sessionId: string, write: Promise<void>): void => {
    writes.set(sessionId, write);
    write
      .catch((error: unknown) => {
        logger.error(
          { code: 'database-write-failed', err: error, sessionId },
          'a session could not be entered in the database',
        );
      })
      .finally(() => {
        if (writes.get(sessionId) === write) writes.delete(sessionId);
      });
  };

  directory.events.on('session-started', (client, session) => {
    const { clientId: deviceId, companyId, userId, machine } = client;
    const { userName, hostName } = machine;
    follow(
      session.sessionId,
      repository.addSession({ ...session, companyId, deviceId, userId, userName, hostName }),
    );
  });
  directory.events.on('producer-added', ({ session: { sessionId }, source, trackId, label }) => {
    if (source !== 'full') return;
    // What is shared is accounted for even if nothing of it is ever recorded.
    const entered = writes.get(sessionId) ?? Promise.resolve();
    follow(
      sessionId,
      entered.then(() => repository.addTrack(sessionId, trackId, label)),
    );
  });
  directory.events.on('session-ended', (_client, { sessionId }, reason) => {
    const endedAtMs = clock.nowMs();
    const entered = writes.get(sessionId) ?? Promise.resolve();
    follow(
      sessionId,
      entered.then(() => repository.endSession(sessionId, endedAtMs, reason)),
    );
  });

  return { written: (sessionId) => writes.get(sessionId) ?? Promise.resolve() };
}
