import { TypedEmitter, type Clock, type SessionLedger } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { LedgerRecordsRepository, SessionRecord } from '../db/ledgerRecords.ts';
import type { CoordinatorEvents } from '../recording/coordinator.ts';
import { ledgerOf } from './sessionLedger.ts';

const LOOK_MS = 60_000;
/** What is older was looked at before. */
const LOOK_BACK_MS = 180_000;
/** They reach further back than that, however short they are. */
const LATEST_SEGMENTS = 200;
/** So many gaps are remembered as told. */
const MAX_REMEMBERED = 10_000;

/** Raises an alarm for every gap that nothing explains. */
export interface GapAlarms {
  readonly events: TypedEmitter<Pick<CoordinatorEvents, 'alarm'>>;
  /** Looks through the ledger of a session that is over. */
  look(ledger: SessionLedger, record: Pick<SessionRecord, 'companyId' | 'groupId'>): void;
  /** Looks through what is running, now; done every minute. @throws what the database threw */
  lookAtRunning(): Promise<void>;
  close(): void;
}

/** Starts to look at what runs. Each gap is told once. */
export function createGapAlarms(deps: {
  ledgers: Pick<LedgerRecordsRepository, 'find' | 'running'>;
  clock: Clock;
  logger: Logger;
}): GapAlarms {
  const { clock, ledgers, logger } = deps;
  const events: GapAlarms['events'] = new TypedEmitter((err, event) => {
    logger.error({ code: 'alarm-listener-failed', err, event }, 'a listener to alarms threw');
  });
  const told = new Set<string>();

  const look: GapAlarms['look'] = ({ sessionId, tracks }, { companyId, groupId }) => {
    for (const { trackId, spans } of tracks) {
      for (const span of spans) {
        if (span.state !== 'missing' || span.reason !== 'unknown') continue;
        const { fromMs, toMs } = span;
        // It may grow, or be filled in part: its nearer end stays.
        const keys = [`${sessionId} ${trackId} from ${fromMs}`, `${sessionId} ${trackId} to ${toMs}`];
        const isKnown = keys.some((key) => told.has(key));
        for (const key of keys) remember(key);
        if (isKnown) continue;
        const gap = { sessionId, trackId, fromMs, toMs, code: 'unexplained-gap' };
        logger.error(gap, 'a part of a session is not recorded, and nothing explains it');
        const message = `${((toMs - fromMs) / 1_000).toFixed(1)} s from ${new Date(fromMs).toISOString()} on are not recorded, and nothing explains it. Look into the server's and the recorder's log of that time.`;
        events.emit('alarm', {
          companyId,
          groupId,
          sessionId,
          trackId,
          code: gap.code,
          message,
          atMs: clock.nowMs(),
        });
      }
    }
  };
  const remember = (key: string): void => {
    told.delete(key);
    told.add(key);
    const [oldest] = told;
    if (told.size > MAX_REMEMBERED && oldest !== undefined) told.delete(oldest);
  };
  const lookAtRunning = async (): Promise<void> => {
    for (const sessionId of await ledgers.running()) {
      const record = await ledgers.find(sessionId, LATEST_SEGMENTS);
      if (record === undefined) continue;
      const nowMs = clock.nowMs();
      look(ledgerOf(record, nowMs, nowMs - LOOK_BACK_MS), record);
    }
  };
  let looking = false;
  const stop = clock.every(LOOK_MS, () => {
    if (looking) return;
    looking = true;
    lookAtRunning()
      .catch((err: unknown) => {
        logger.error({ err, code: 'database-read-failed' }, 'ledgers could not be looked through');
      })
      .finally(() => (looking = false));
  });
  return { events, look, lookAtRunning, close: stop };
}
