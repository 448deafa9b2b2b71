import { ProtocolError, type Clock, type SessionLedger } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { ClientDirectory } from '../clients/directory.ts';
import type { LedgerRecordsRepository, SessionRecord } from '../db/ledgerRecords.ts';
import type { RecorderPool } from '../recording/recorderPool.ts';
import { ledgerOf } from './sessionLedger.ts';

/** How long what belongs to a session may take to come in before its ledger is told. */
const SETTLING_MS = 2_000;
const RETRY_MS = 5_000;
/** A recorder that comes back after days has missed many. */
const TOLD_AT_ONCE = 4;

/** Has every recorder enter the final ledgers of the sessions it has media of into its manifests. */
export interface LedgerClosings {
  /** The session has ended, or was extended or healed: its ledger is told (again). Never throws. */
  sessionLedgerClosed(sessionId: string): void;
  /** A segment is on record: if its session has ended, its ledger is told again. @throws what the database threw */
  segmentRecorded(runId: string): Promise<void>;
  /** Takes up what an earlier server had not told. @throws what the database threw */
  resume(): Promise<void>;
  /** Tells nothing any more; the next server does. */
  close(): void;
}

/** Follows sessions and recorders. What could not be told is told again, by the next server if need be. */
export function createLedgerClosings(deps: {
  ledgers: LedgerRecordsRepository;
  directory: ClientDirectory;
  recorders: RecorderPool;
  /** Resolves when what is known of the session is on disk. */
  sessionWritten: (sessionId: string) => Promise<void>;
  /** The ledger of a session that is over, as it is told. */
  onLedger: (ledger: SessionLedger, record: SessionRecord) => void;
  clock: Clock;
  logger: Logger;
}): LedgerClosings {
  const { clock, ledgers, logger, recorders } = deps;
  /** Sessions that wait for a recorder, by its id. */
  const waiting = new Map<string, Set<string>>();
  const timers = new Map<string, () => void>();
  const due = new Set<string>();
  const running = new Set<string>();
  /** Of those that are being told: what came too late to be in what is told. */
  const outdated = new Set<string>();
  let isClosed = false;

  const plan = (sessionId: string, delayMs: number): void => {
    if (isClosed) return;
    timers.get(sessionId)?.();
    timers.set(
      sessionId,
      clock.after(delayMs, () => {
        timers.delete(sessionId);
        due.add(sessionId);
        tellDue();
      }),
    );
  };
  const tellDue = (): void => {
    for (const sessionId of due) {
      if (running.size >= TOLD_AT_ONCE) return;
      if (running.has(sessionId)) continue;
      due.delete(sessionId);
      running.add(sessionId);
      tell(sessionId)
        .catch((err: unknown) => {
          logger.error({ err, sessionId, code: 'ledger-closing-failed' }, 'a ledger could not be told');
          plan(sessionId, RETRY_MS);
        })
        .finally(() => {
          running.delete(sessionId);
          outdated.delete(sessionId);
          tellDue();
        });
    }
  };
  const tell = async (sessionId: string): Promise<void> => {
    await deps.sessionWritten(sessionId);
    const record = await ledgers.find(sessionId);
    if (record === undefined || record.endedAtMs === null) return;
    if (hasOpenRun(record)) plan(sessionId, SETTLING_MS);
    else await tellAll(record, record.endedAtMs);
  };
  /** What is being told, or was told, of the session is not all of it any more. */
  const reopen = async (sessionId: string): Promise<void> => {
    if (running.has(sessionId)) outdated.add(sessionId);
    await ledgers.reopen(sessionId);
  };
  const tellAll = async (record: SessionRecord, endedAtMs: number): Promise<void> => {
    const { sessionId } = record;
    const ledger = ledgerOf(record, clock.nowMs());
    deps.onLedger(ledger, record);
    for (const { recorderId } of await ledgers.openClosings(sessionId)) {
      const told = await tellOne(recorderId, record, { endedAtMs, ledger });
      if (told) await ledgers.closed({ sessionId, recorderId }, endedAtMs, clock.nowMs());
    }
    if (outdated.has(sessionId)) await ledgers.reopen(sessionId);
  };
  const tellOne = async (
    recorderId: string,
    record: SessionRecord,
    { endedAtMs, ledger }: { endedAtMs: number; ledger: SessionLedger },
  ): Promise<boolean> => {
    const { sessionId, companyId, userId, sessionStartedAtMs } = record;
    const link = recorders.find(recorderId);
    if (link === undefined) {
      waiting.set(recorderId, (waiting.get(recorderId) ?? new Set()).add(sessionId));
      return false;
    }
    const location = { sessionId, companyId, userId, sessionStartedAtMs };
    const tracks = ledger.tracks.map(({ trackId, spans }) => ({ trackId, spans }));
    try {
      await link.closeSession({ ...location, endedAtMs, tracks });
      return true;
    } catch (err) {
      if (err instanceof ProtocolError && err.code === 'unknown-session') return true;
      logger.warn(
        { err, sessionId, recorderId, code: 'ledger-not-taken' },
        'a recorder did not take a ledger; it is told again',
      );
      plan(sessionId, RETRY_MS);
      return false;
    }
  };

  deps.directory.events.on('session-ended', (_client, { sessionId }) => plan(sessionId, SETTLING_MS));
  recorders.events.on('ready', ({ recorderId }) => {
    // It first announces what it has adopted.
    for (const sessionId of waiting.get(recorderId) ?? []) plan(sessionId, SETTLING_MS);
    waiting.delete(recorderId);
  });

  return {
    sessionLedgerClosed(sessionId) {
      reopen(sessionId)
        .catch((err: unknown) => {
          logger.error({ err, sessionId, code: 'database-write-failed' }, 'a ledger could not be reopened');
        })
        .finally(() => plan(sessionId, SETTLING_MS));
    },
    async segmentRecorded(runId) {
      const sessionId = await ledgers.endedSessionOf(runId);
      if (sessionId === undefined) return;
      await reopen(sessionId);
      plan(sessionId, SETTLING_MS);
    },
    async resume() {
      const open = await ledgers.openClosings();
      for (const { sessionId, recorderId } of open)
        waiting.set(recorderId, (waiting.get(recorderId) ?? new Set()).add(sessionId));
    },
    close() {
      isClosed = true;
      for (const cancel of timers.values()) cancel();
      timers.clear();
      due.clear();
    },
  };
}

const hasOpenRun = ({ tracks }: SessionRecord): boolean =>
  tracks.some(({ runs }) => runs.some(({ endedAtMs }) => endedAtMs === null));
