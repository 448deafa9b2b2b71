import { ProtocolError, type Clock } from '@sightline/shared';
import type { LedgerRecordsRepository } from '../db/ledgerRecords.ts';
import type { InterruptionsRepository } from '../db/interruptions.ts';
import type { InterruptionLog } from './interruptionLog.ts';

/** More of one session is a mistake, or an attack. */
const MAX_INTERRUPTIONS = 1_000;
/** A machine that is away begins no sessions; its clock may be wrong. */
const MAX_SESSIONS = 20;

/** When a machine was not there, in its own time. */
export interface Absence {
  fromMs: number;
  toMs: number;
}

/**
 * Enters when a machine slept or was locked into the sessions that it had at the time.
 *
 * @param client whose machine it is, and how far the server's clock is ahead of it.
 * @throws {ProtocolError} `bad-payload` if it lies in the future or ends before it begins, or the machine's clock was not
 * measured; `limit-reached`
 */
export async function enterAbsence(
  { fromMs, toMs }: Absence,
  client: { clientId: string; clockOffsetMs: number | undefined },
  deps: {
    ledgers: Pick<LedgerRecordsRepository, 'sessionsDuring'>;
    repository: Pick<InterruptionsRepository, 'list'>;
    log: Pick<InterruptionLog, 'add'>;
    /** The ledger of a session that has ended is another now. */
    closeAgain: (sessionId: string) => void;
    clock: Clock;
  },
): Promise<void> {
  if (client.clockOffsetMs === undefined)
    throw new ProtocolError('bad-payload', 'Send report-clock before report-absence.');
  const nowMs = deps.clock.nowMs();
  const during = {
    fromMs: Math.round(fromMs + client.clockOffsetMs),
    toMs: Math.min(nowMs, Math.round(toMs + client.clockOffsetMs)),
  };
  if (during.toMs <= during.fromMs)
    throw new ProtocolError('bad-payload', 'An absence has to end after it began, and to lie in the past.');
  const sessions = await deps.ledgers.sessionsDuring(client.clientId, during);
  if (sessions.length > MAX_SESSIONS)
    throw new ProtocolError('limit-reached', 'An absence cannot concern so many sessions.');
  for (const session of sessions) {
    const { sessionId, startedAtMs, endedAtMs } = session;
    if ((await deps.repository.list(sessionId)).length >= MAX_INTERRUPTIONS)
      throw new ProtocolError('limit-reached', 'This session was interrupted too often.');
    const key = { sessionId, trackId: null, reason: 'sleep-or-lock' } as const;
    const from = Math.max(during.fromMs, startedAtMs);
    await deps.log.add(key, from, Math.min(during.toMs, endedAtMs ?? during.toMs));
    if (endedAtMs !== null) deps.closeAgain(sessionId);
  }
}
