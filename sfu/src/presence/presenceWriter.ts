import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { ConnectionRecord, PendingMessage, PresenceRepository } from '../db/presence.ts';

/** A row that is read when it is written: of several changes the last counts. */
export interface RowSource {
  readonly deviceId: string;
  /** Undefined: the device has never come, there is nothing to write. */
  record(): ConnectionRecord | undefined;
}

/** Writes presence behind its changes, in groups: one transaction for all that changed within a moment. */
export interface PresenceWriter {
  rowChanged(row: RowSource): void;
  /** Calls `onDurable` when the message is on disk. */
  addMessage(message: PendingMessage, onDurable: () => void): void;
  /** Messages up to this number are of no use any more. */
  dropMessages(deviceId: string, upTo: number): void;
  /**
   * Resolves when everything that was told until now is on disk.
   *
   * @throws what the database threw; it is logged, and the changes are tried again.
   */
  durable(): Promise<void>;
}

interface Batch {
  rows: Map<string, RowSource>;
  messages: { message: PendingMessage; onDurable: () => void }[];
  dropped: Map<string, number>;
  waiting: { resolve: () => void; reject: (error: unknown) => void }[];
}

/** How long to wait before a write that failed is tried again. */
const RETRY_MS = 1_000;

const emptyBatch = (): Batch => ({ rows: new Map(), messages: [], dropped: new Map(), waiting: [] });

/** Builds a {@link PresenceWriter} that gathers for `gatherMs`, or for as long as the write before it takes. */
export function createPresenceWriter(deps: {
  repository: Pick<PresenceRepository, 'write'>;
  clock: Clock;
  logger: Logger;
  gatherMs?: number;
}): PresenceWriter {
  const { clock, repository, gatherMs = 10 } = deps;
  let batch = emptyBatch();
  let cancelTimer: (() => void) | undefined;
  let writing = false;

  const write = async (): Promise<void> => {
    cancelTimer = undefined;
    writing = true;
    const taken = batch;
    batch = emptyBatch();
    try {
      await repository.write({
        connections: [...taken.rows.values()].flatMap((row) => row.record() ?? []),
        messages: taken.messages.map(({ message }) => message),
        confirmed: [...taken.dropped].map(([deviceId, upTo]) => ({ deviceId, upTo })),
      });
      for (const { onDurable } of taken.messages) onDurable();
      for (const { resolve } of taken.waiting) resolve();
      writing = false;
      if (!isEmpty(batch)) schedule(0);
    } catch (error) {
      deps.logger.error(
        { err: error, code: 'presence-write-failed', retryMs: RETRY_MS },
        'presence could not be written; check the database',
      );
      for (const { reject } of taken.waiting) reject(error);
      batch = merge(taken, batch);
      writing = false;
      schedule(RETRY_MS);
    }
  };
  const schedule = (delayMs = gatherMs): void => {
    if (!writing) cancelTimer ??= clock.after(delayMs, () => void write());
  };

  return {
    rowChanged(row) {
      batch.rows.set(row.deviceId, row);
      schedule();
    },
    addMessage(message, onDurable) {
      batch.messages.push({ message, onDurable });
      schedule();
    },
    dropMessages(deviceId, upTo) {
      batch.dropped.set(deviceId, upTo);
      schedule();
    },
    durable: () =>
      new Promise((resolve, reject) => {
        batch.waiting.push({ resolve, reject });
        schedule();
      }),
  };
}

const isEmpty = ({ rows, messages, dropped, waiting }: Batch): boolean =>
  rows.size + messages.length + dropped.size + waiting.length === 0;

/** What could not be written goes before what has come since; those who waited for it have been told. */
function merge(failed: Batch, since: Batch): Batch {
  return {
    rows: new Map([...failed.rows, ...since.rows]),
    messages: [...failed.messages, ...since.messages],
    dropped: new Map([...failed.dropped, ...since.dropped]),
    waiting: since.waiting,
  };
}
