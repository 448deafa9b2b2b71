import type { Hold } from '@sightline/shared';

/** Legal holds. */
export interface HoldsRepository {
  place(hold: Hold): Promise<void>;
  /** The newest first, released ones too. */
  list(companyId: string): Promise<Hold[]>;
  /** Undefined: the company has no such hold, or it is released already. */
  release(
    companyId: string,
    holdId: string,
    release: NonNullable<Hold['released']>,
  ): Promise<Hold | undefined>;
}
