import type { AuditAction, AuditEntry } from '@sightline/shared';
import type { Database } from './database.ts';

/** Which entries are wanted. `companyId` null: the chain of no company. */
export interface AuditFilter {
  companyId: string | null;
  fromMs?: number;
  toMs?: number;
  action?: AuditAction;
  actorId?: string;
  beforeNumber?: number;
  limit: number;
}

/** The audit log on disk. Nothing here changes or deletes an entry. */
export interface AuditRepository {
  /** Appends to one chain, in one transaction: `complete` gets the last entry of the chain and returns the entries that follow it. Two servers may try at once: one of them is asked to complete again. */
  append(
    companyId: string | null,
    complete: (last: AuditEntry | undefined) => readonly AuditEntry[],
  ): Promise<readonly AuditEntry[]>;
  /** The newest first. */
  list(filter: AuditFilter): Promise<AuditEntry[]>;
  /** All of a chain from `afterNumber` on, the oldest first, at most `limit`: for export and verification. */
  read(companyId: string | null, afterNumber: number, limit: number): Promise<AuditEntry[]>;
}
