import type { Clock } from '@sightline/shared';
import { signUploadToken, type UploadOrder } from '@sightline/shared/node';
import type { HealingTarget } from '../db/healing.ts';
import type { RecorderLink } from '../recording/recorderPool.ts';

/** A recorder that takes uploads. */
export type UploadRecorder = Pick<RecorderLink, 'recorderId' | 'mediaBaseUrl'>;

/** Where agents upload what they recorded themselves. */
export interface UploadGrants {
  /** The one that is asked for, if it is there. */
  find(recorderId: string): UploadRecorder | undefined;
  /** The recorder that has most of the session, else any; undefined: none is there. */
  pick(target: Pick<HealingTarget, 'recorderIds'>): UploadRecorder | undefined;
  /** The address of a piece's upload, and leave to go on with it. */
  grant(recorder: UploadRecorder, order: UploadOrder): Promise<{ url: string; token: string }>;
}

/** An agent asks again every 30 s, and uses the token that it got last. */
const TOKEN_MS = 3_600_000;

/** Builds the {@link UploadGrants} of the recorders that are connected. */
export function createUploadGrants(deps: {
  recorders: { find(recorderId: string): UploadRecorder | undefined; pick(): UploadRecorder | undefined };
  recorderSecret: string;
  clock: Clock;
}): UploadGrants {
  const { recorders, clock } = deps;
  return {
    find: (recorderId) => recorders.find(recorderId),
    pick: ({ recorderIds }) =>
      recorderIds.map((recorderId) => recorders.find(recorderId)).find((found) => found !== undefined) ??
      recorders.pick(),
    grant: async (recorder, order) => ({
      url: `${recorder.mediaBaseUrl}/uploads/${encodeURIComponent(order.pieceId)}`,
      token: await signUploadToken(deps.recorderSecret, order, clock.nowMs() + TOKEN_MS),
    }),
  };
}
