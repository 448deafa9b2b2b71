import type { RequestHandlers, recorderRequests } from '@sightline/shared';
import type { MediaHolds } from '../retention/mediaHolds.ts';
import type { Reconciliation } from '../retention/reconciliation.ts';
import type { RetentionKeeper } from '../retention/retention.ts';

type KeepingRequests = Pick<
  RequestHandlers<typeof recorderRequests>,
  'claim-deletions' | 'begin-deletion' | 'media-deleted' | 'reconcile'
>;

/** What a recorder asks about what it keeps. @param recorderId of the one that asks; throws until it has said */
export function keepingRequests(
  recorderId: () => string,
  {
    retention,
    reconciliation,
    mediaHolds,
  }: { retention: RetentionKeeper; reconciliation: Reconciliation; mediaHolds: Pick<MediaHolds, 'compare'> },
): KeepingRequests {
  return {
    'claim-deletions': async (pruning) => ({ claims: await retention.claim(recorderId(), pruning) }),
    'begin-deletion': async ({ claimId }) => {
      await retention.begin(recorderId(), claimId);
      return {};
    },
    'media-deleted': async ({ claimId, bytes }) => {
      await retention.deleted(recorderId(), claimId, bytes);
      return {};
    },
    reconcile: async (report) => {
      const differences = await reconciliation.compare({ recorderId: recorderId(), ...report });
      await mediaHolds.compare(recorderId(), report.sessions);
      return differences;
    },
  };
}
