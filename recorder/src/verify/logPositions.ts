import type { CompanyLogEntry } from '@sightline/shared';
import { EvidenceFault } from './finding.ts';

/** What stands where in companies' logs, by all copies and parts of them that were read. */
export interface LogPositions {
  /** @throws {EvidenceFault} `log-rewritten`: another copy has something else there */
  enter(file: string, entry: Pick<CompanyLogEntry, 'companyId' | 'number' | 'hash'>): void;
}

/**
 * Opens {@link LogPositions}. Whoever has the sfu's database can chain a log anew, without some of its entries: no key is
 * needed. What was exported before, and every evidence package, says what the log was then.
 */
export function createLogPositions(): LogPositions {
  const companies = new Map<string, Map<number, { hash: string; file: string }>>();
  return {
    enter(file, { companyId, number, hash }) {
      const known = companies.get(companyId) ?? new Map<number, { hash: string; file: string }>();
      companies.set(companyId, known);
      const before = known.get(number);
      if (before === undefined) known.set(number, { hash, file });
      else if (before.hash !== hash)
        throw new EvidenceFault(
          'log-rewritten',
          { file, entry: number },
          `Entry ${number} of the company’s log is another one in ${before.file}: the log was written anew, or one of the two was made up.`,
        );
    },
  };
}
