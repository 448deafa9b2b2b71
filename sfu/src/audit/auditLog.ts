import type { AuditAction, AuditEntry, Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { AuditRepository } from '../db/audit.ts';
import type { AuditActor } from './actors.ts';
import { chainOn, type AuditEvent } from './chain.ts';

/** Something to put on record. */
export interface AuditRecord {
  /** Whose chain it goes to; null: that of no company. */
  companyId: string | null;
  action: AuditAction;
  actor: AuditActor;
  /** Where it came from; null: from here. */
  address: string | null;
  /** What it was done to, and how. Never a secret. */
  details?: AuditEntry['details'];
}

/** The audit log of every company. */
export interface AuditLog {
  /**
   * Appends to the company's chain; resolves with the entry once it is durable. What waits while a transaction
   * runs is taken by the next one as a whole.
   *
   * @throws what the database threw, after it was logged as `audit-write-failed`.
   */
  record(record: AuditRecord): Promise<AuditEntry>;
  /** Resolves when nothing waits any more. */
  flushed(): Promise<void>;
}

interface Waiting {
  event: AuditEvent;
  resolve: (entry: AuditEntry) => void;
  reject: (error: unknown) => void;
}

/** Bounds a transaction, and thus how long it keeps others from writing. */
const BATCH_LIMIT = 500;

/** Builds the {@link AuditLog}. */
export function createAuditLog(deps: {
  repository: Pick<AuditRepository, 'append'>;
  clock: Clock;
  logger: Logger;
}): AuditLog {
  const queues = new Map<string | null, Waiting[]>();
  const writers = new Map<string | null, Promise<void>>();

  const writeBatch = async (companyId: string | null, batch: readonly Waiting[]): Promise<void> => {
    try {
      const entries = await deps.repository.append(companyId, (last) =>
        chainOn(
          last,
          batch.map(({ event }) => event),
        ),
      );
      for (const [at, { resolve, reject }] of batch.entries()) {
        const entry = entries[at];
        if (entry === undefined) reject(new Error('The audit log took fewer entries than it was given.'));
        else resolve(entry);
      }
    } catch (error) {
      const actions = batch.map(({ event }) => event.action);
      deps.logger.error(
        { err: error, code: 'audit-write-failed', companyId, actions },
        'entries could not be put on record; check the database',
      );
      for (const { reject } of batch) reject(error);
    }
  };

  const writeAll = async (companyId: string | null): Promise<void> => {
    const queue = queues.get(companyId) ?? [];
    while (queue.length > 0) await writeBatch(companyId, queue.splice(0, BATCH_LIMIT));
    queues.delete(companyId);
    writers.delete(companyId);
  };

  return {
    record({ companyId, action, actor, address, details = {} }) {
      const event: AuditEvent = {
        companyId,
        atMs: deps.clock.nowMs(),
        action,
        actor: { kind: actor.kind, id: storable(actor.id), name: storable(actor.name) },
        address: address === null ? null : storable(address),
        details,
      };
      return new Promise((resolve, reject) => {
        const queue = queues.get(companyId) ?? [];
        queues.set(companyId, queue);
        queue.push({ event, resolve, reject });
        if (!writers.has(companyId)) writers.set(companyId, writeAll(companyId));
      });
    },
    async flushed() {
      await Promise.all(writers.values());
    },
  };
}

/** What a database gives back as it was put in; otherwise the hash of an honest entry would not fit it later. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');
