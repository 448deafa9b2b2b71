import { MAX_MEDIA_HOLDS, type Clock, type Hold } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { HeldMediaRepository, MediaAt } from '../db/heldMedia.ts';
import type { RecorderLink, RecorderPool } from '../recording/recorderPool.ts';

const RETRY_MS = 5_000;

/**
 * Tells recorders with an object store which of their sessions are held, so that these are locked there. What is told is read
 * when it is told: whatever the order of changes, what comes last is true. Nothing here decides what may be deleted.
 */
export interface MediaHolds {
  /** A hold was placed or released. */
  holdChanged(hold: Hold): void;
  /** A recorder is going to have media of a session. */
  mediaExpected(sessionId: string, recorderId: string): void;
  /** A recorder says what it knows; where that is outdated, it is told. @throws what the database threw */
  compare(recorderId: string, known: readonly KnownHold[]): Promise<void>;
  /** Tells nothing any more: recorders compare with the next server. */
  close(): void;
}

/** What a recorder knows of a session; undefined: it has no use for it. */
export interface KnownHold {
  sessionId: string;
  held?: boolean | undefined;
}

/** Builds the {@link MediaHolds}. */
export function createMediaHolds(deps: {
  repository: HeldMediaRepository;
  recorders: RecorderPool;
  clock: Clock;
  logger: Logger;
}): MediaHolds {
  const { repository, recorders, clock, logger } = deps;
  /** By recorder, the sessions of which it is to be told. */
  const outdated = new Map<RecorderLink, Set<string>>();
  const telling = new Set<RecorderLink>();
  let isClosed = false;

  const note = (media: readonly MediaAt[]): void => {
    if (isClosed) return;
    for (const { sessionId, recorderId } of media) {
      const link = recorders.find(recorderId);
      if (link?.status.store.kind === 's3')
        outdated.set(link, (outdated.get(link) ?? new Set()).add(sessionId));
    }
    for (const link of outdated.keys()) tell(link);
  };
  const tell = (link: RecorderLink): void => {
    if (telling.has(link) || !outdated.has(link)) return;
    telling.add(link);
    tellNext(link)
      .then(() => {
        telling.delete(link);
        tell(link);
      })
      .catch((err: unknown) => {
        const { recorderId } = link;
        logger.warn(
          { err, recorderId, code: 'holds-not-told' },
          'a recorder does not know of holds yet; told again',
        );
        clock.after(RETRY_MS, () => {
          telling.delete(link);
          tell(link);
        });
      });
  };
  const tellNext = async (link: RecorderLink): Promise<void> => {
    const sessionIds = [...(outdated.get(link) ?? [])].slice(0, MAX_MEDIA_HOLDS);
    drop(link, sessionIds);
    try {
      const sessions = await repository.statesOf(sessionIds);
      if (sessions.length > 0) await link.holdMedia(sessions);
    } catch (error) {
      // A recorder that has gone compares when it is back.
      if (recorders.find(link.recorderId) === link) {
        outdated.set(link, new Set([...sessionIds, ...(outdated.get(link) ?? [])]));
      }
      throw error;
    }
  };
  const drop = (link: RecorderLink, sessionIds: readonly string[]): void => {
    const left = outdated.get(link);
    for (const sessionId of sessionIds) left?.delete(sessionId);
    if (left?.size === 0) outdated.delete(link);
  };
  const failed = (err: unknown): void => {
    logger.error({ err, code: 'holds-not-told' }, 'recorders could not be told of a hold until they compare');
  };

  recorders.events.on('lost', (link) => void outdated.delete(link));

  return {
    holdChanged(hold) {
      repository.coveredBy(hold).then(note).catch(failed);
    },
    mediaExpected(sessionId, recorderId) {
      repository
        .statesOf([sessionId])
        .then((states) => {
          if (states.some(({ held }) => held)) note([{ sessionId, recorderId }]);
        })
        .catch(failed);
    },
    async compare(recorderId, known) {
      const told = new Map(
        known.flatMap(({ sessionId, held }) => (held === undefined ? [] : [[sessionId, held] as const])),
      );
      if (told.size === 0) return;
      const states = await repository.statesOf([...told.keys()]);
      const changed = states.filter(({ sessionId, held }) => told.get(sessionId) !== held);
      note(changed.map(({ sessionId }) => ({ sessionId, recorderId })));
    },
    close() {
      isClosed = true;
      outdated.clear();
    },
  };
}
