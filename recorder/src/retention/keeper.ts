import { join } from 'node:path';
import {
  ProtocolError,
  type Clock,
  type recorderRequests,
  type RecorderStatus,
  type Requester,
  type Segment,
  type SessionLocation,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { Manifests } from '../evidence/manifests.ts';
import type { OpenRuns } from '../store/openRuns.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { createAdmission, type Admission } from './admission.ts';
import { createChores } from './chores.ts';
import { deleteSession, isHere } from './deleteSession.ts';
import { isShort, type DiskMarks } from './diskMarks.ts';
import type { DiskReserve } from './diskReserve.ts';
import { readDisk } from './diskSpace.ts';
import { startDiskWatch, type DiskReading } from './diskWatch.ts';
import type { LoadMeter } from './loadReadings.ts';
import { readSegments, takeInventory } from './inventory.ts';
import type { Problems } from './problems.ts';
import { reconcile } from './reconciler.ts';
import { createPruner } from './pruner.ts';

/** Keeps what is to be kept, lets go of what may go, and says whether there is room for more. */
export interface Keeper {
  /** @throws {ProtocolError} `disk-full`, `disk-slow`, `overloaded` */
  admit: Admission['admit'];
  /** Whether there is room for what need not be recorded now, such as what agents have kept: it comes after that. */
  readonly hasRoom: boolean;
  /** What of the recorder's status is its business. */
  status(): Pick<RecorderStatus, 'disk' | 'admission' | 'problems'>;
  /**
   * The sfu listens: retention is asked about, at once and every hour, and disk and record are compared, at once and every
   * day, but not twice in an hour because the connection comes and goes.
   */
  resume(): void;
  /** The sfu cannot be reached any more. */
  pause(): void;
  /** Idempotent. Resolves when no deletion is under way. A comparison is broken off. */
  close(): Promise<void>;
}

/** What a {@link Keeper} needs. */
export interface KeeperDeps {
  recordingsDir: string;
  /** For what is neither media nor evidence. */
  stateDir: string;
  marks: DiskMarks;
  reserve: DiskReserve;
  problems: Problems;
  manifests: Manifests;
  store: SegmentStore;
  /**
   * Removes local copies of what is kept elsewhere too. Given that, a full disk deletes no recording: the oldest are no
   * longer on it.
   */
  makeRoom: ((bytesNeeded: number) => Promise<number>) | undefined;
  /** See {@link RecorderStore.isHeld}. */
  isHeld: (session: SessionLocation) => boolean | undefined;
  openRuns: OpenRuns;
  request: Requester<typeof recorderRequests>;
  loadMeter: LoadMeter;
  /** Removes the pictures that were made of what is deleted. */
  forgetPictures: () => Promise<void>;
  /** Announces the segments of a run that is over. Resolves when they are heard, or cannot be for now. */
  announce: (runId: string, segments: readonly Segment[]) => Promise<void>;
  /** Ends all runs, because the disk is full. */
  endRuns: (message: string) => void;
  clock: Clock;
  logger: Logger;
}

const RETENTION_MS = 3_600_000;
const RECONCILIATION_MS = 86_400_000;
const RECONCILIATION_AGAIN_MS = 3_600_000;
const RECONCILIATION_RETRY_MS = 600_000;
const LOAD_MS = 5_000;

/** Starts keeping: looks at the disk at once. */
export async function startKeeper(deps: KeeperDeps): Promise<Keeper> {
  const { recordingsDir, problems, clock, logger } = deps;
  let online = false;
  const request: KeeperDeps['request'] = async (name, payload) => {
    if (!online) throw new ProtocolError('not-connected', 'The sfu is not connected.');
    return deps.request(name, payload);
  };
  const pruner = createPruner({
    request,
    isHere: (claim) => isHere(claim, recordingsDir),
    deleteSession: async (claim) => {
      const bytes = await deleteSession(claim, deps);
      await deps.forgetPictures();
      return bytes;
    },
    isBusy: async (sessionId) =>
      (await deps.openRuns.list()).some(({ session }) => session.sessionId === sessionId),
    problems,
    logger,
  });
  const watch = await startDiskWatch({
    look: () => readDisk(join(deps.stateDir, 'probe'), recordingsDir),
    marks: deps.marks,
    reserve: deps.reserve,
    clear: deps.makeRoom ?? ((bytesNeeded) => pruner.prune({ cause: 'disk-full', bytesNeeded })),
    onFull: deps.endRuns,
    problems,
    clock,
    logger,
  });
  const admission = createAdmission({ disk: () => watch.reading });

  let cancelLoad: (() => void) | undefined;
  const meter = (): void => {
    cancelLoad = clock.after(LOAD_MS, () => {
      deps.loadMeter
        .read()
        .then((load) => {
          admission.note(load);
          problems.clear('load-unknown');
        })
        .catch((error: unknown) => {
          problems.raise('load-unknown', `It cannot be told how busy this machine is: ${String(error)}`);
        })
        .finally(() => {
          if (cancelLoad !== undefined) meter();
        });
    });
  };
  meter();

  let cancelRetention: (() => void) | undefined;
  const retain = (): void => {
    cancelRetention = clock.after(RETENTION_MS, retain);
    chores.ask('retain');
  };
  let cancelReconciliation: (() => void) | undefined;
  /** Since the last comparison too little time has passed for another one. */
  let cancelRest: (() => void) | undefined;
  let isWanted = false;
  const compare = (): void => {
    cancelReconciliation?.();
    cancelReconciliation = clock.after(RECONCILIATION_MS, compare);
    isWanted = true;
    if (cancelRest === undefined) chores.ask('compare');
  };
  const rest = (ms: number): void => {
    cancelRest = clock.after(ms, () => {
      cancelRest = undefined;
      if (isWanted && online) compare();
    });
  };
  const chores = createChores(
    {
      retain: () => pruner.prune({ cause: 'retention' }),
      async compare(signal) {
        // Asked for while the last one was under way: that one counts.
        if (cancelRest !== undefined) return;
        isWanted = false;
        const isDone = await reconcile({
          takeInventory: () => takeInventory(recordingsDir, deps.store, signal),
          readSegments: (session, runId) => readSegments(recordingsDir, deps.store, session, runId),
          isHeld: deps.isHeld,
          request,
          openRuns: async () => new Set((await deps.openRuns.list()).map(({ runId }) => runId)),
          announce: deps.announce,
          problems,
          logger,
          signal,
        });
        isWanted ||= !isDone;
        if (!signal.aborted) rest(isDone ? RECONCILIATION_AGAIN_MS : RECONCILIATION_RETRY_MS);
      },
    },
    logger,
  );
  const stopAsking = (): void => {
    cancelRetention?.();
    cancelReconciliation?.();
  };

  return {
    admit: () => admission.admit(),
    get hasRoom() {
      return !isShort(watch.reading.state);
    },
    status: () => ({
      disk: diskOf(watch.reading),
      admission: admission.status,
      problems: problems.list(),
    }),
    resume() {
      online = true;
      stopAsking();
      compare();
      retain();
      watch.tryAgain();
    },
    pause() {
      online = false;
      stopAsking();
    },
    async close() {
      stopAsking();
      cancelRest?.();
      const idle = chores.close();
      cancelLoad?.();
      cancelLoad = undefined;
      deps.loadMeter.close();
      await watch.close();
      await idle;
    },
  };
}

const diskOf = ({ state, freeBytes, totalBytes }: DiskReading): RecorderStatus['disk'] => ({
  state,
  freeBytes,
  totalBytes,
});
