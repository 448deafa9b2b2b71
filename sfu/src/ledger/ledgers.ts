import { randomUUID } from 'node:crypto';
import type { Clock, TypedEmitter } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { ClientDirectory } from '../clients/directory.ts';
import type { InterruptionsRepository } from '../db/interruptions.ts';
import type { LedgerRecordsRepository } from '../db/ledgerRecords.ts';
import type { Presence } from '../presence/presence.ts';
import type { CoordinatorEvents, RecordingCoordinator } from '../recording/coordinator.ts';
import type { RecorderPool } from '../recording/recorderPool.ts';
import { enterAbsence, type Absence } from './absences.ts';
import { createGapAlarms } from './gapAlarms.ts';
import { createInterruptionLog } from './interruptionLog.ts';
import { followInterruptions } from './interruptions.ts';
import { createLedgerClosings } from './ledgerClosings.ts';

/** Keeps the coverage ledgers: why something is missing, who is told of it, and that somebody hears of what nothing explains. */
export interface Ledgers {
  /** Alarms for gaps that nothing explains. */
  readonly events: TypedEmitter<Pick<CoordinatorEvents, 'alarm'>>;
  /** The session has ended, or was extended or healed: recorders are told its ledger (again). Never throws. */
  sessionLedgerClosed(sessionId: string): void;
  /** A segment is on record. @throws what the database threw */
  segmentRecorded(runId: string): Promise<void>;
  /** The machine slept or was locked. @throws {ProtocolError} `bad-payload`, `limit-reached` */
  reportAbsence(
    absence: Absence,
    client: { clientId: string; clockOffsetMs: number | undefined },
  ): Promise<void>;
  /** The server goes: what ends with it says nothing of the sessions, which stay open. */
  serverGoes(): void;
  /** Resolves when all is on disk. */
  close(): Promise<void>;
}

/** Takes up what an earlier server left open, and starts to follow sessions. @throws what the database threw */
export async function createLedgers(deps: {
  repositories: { interruptions: InterruptionsRepository; ledgers: LedgerRecordsRepository };
  directory: ClientDirectory;
  presence: Pick<Presence, 'events'>;
  coordinator: Pick<RecordingCoordinator, 'events' | 'stateOf'>;
  recorders: RecorderPool;
  /** Resolves when what is known of the session is on disk. */
  sessionWritten: (sessionId: string) => Promise<void>;
  clock: Clock;
  logger: Logger;
}): Promise<Ledgers> {
  const { clock } = deps;
  const { interruptions: repository, ledgers } = deps.repositories;
  await repository.endAll(clock.nowMs());
  const log = createInterruptionLog({ ...deps, repository, newId: randomUUID });
  const interruptions = followInterruptions({ ...deps, log });
  for (const sessionId of await ledgers.running()) {
    const record = await ledgers.find(sessionId);
    if (record !== undefined) interruptions.resumed(record);
  }
  const alarms = createGapAlarms({ ...deps, ledgers });
  const closings = createLedgerClosings({
    ...deps,
    ledgers,
    onLedger: (ledger, record) => alarms.look(ledger, record),
  });
  await closings.resume();

  return {
    events: alarms.events,
    sessionLedgerClosed: (sessionId) => closings.sessionLedgerClosed(sessionId),
    segmentRecorded: (runId) => closings.segmentRecorded(runId),
    reportAbsence: (absence, client) =>
      enterAbsence(absence, client, {
        ...{ ledgers, repository, log, clock },
        closeAgain: (sessionId) => closings.sessionLedgerClosed(sessionId),
      }),
    serverGoes: () => interruptions.close(),
    async close() {
      alarms.close();
      closings.close();
      await log.flushed();
    },
  };
}
