import type { CompanyLogEntry } from '@sightline/shared';

/** A seal as a recorder reports it. */
export type ReportedSeal = Omit<CompanyLogEntry, 'number' | 'previousHash' | 'hash'>;

/** The companies' logs of seals. Nothing here changes or deletes an entry. */
export interface SealsRepository {
  /** Appends one seal to its company's chain, in one transaction; a seal that is there already stays as it is. */
  append(seal: ReportedSeal): Promise<void>;
  /** From `afterNumber` on, the oldest first, at most `limit`. */
  read(companyId: string, afterNumber: number, limit: number): Promise<CompanyLogEntry[]>;
}
