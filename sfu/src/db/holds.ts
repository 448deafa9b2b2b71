import type { Hold } from '@sightline/shared';

/** Legal holds. */
export interface HoldsRepository {
  /**
   * Places it, and withdraws the claims on what it covers, in one transaction. Resolves with the sessions that it covers
   * and whose deletion has begun: for these it came too late.
   */
  place(hold: Hold): Promise<string[]>;
  /** The newest first, released ones too. */
  list(companyId: string): Promise<Hold[]>;
  /** Undefined: the company has no such hold, or it is released already. */
  release(
    companyId: string,
    holdId: string,
    release: NonNullable<Hold['released']>,
  ): Promise<Hold | undefined>;
}
