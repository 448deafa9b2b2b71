import { NO_HASH } from '@sightline/shared';
import type { Socket } from 'socket.io-client';
import { recorderOffer } from '../harness/recorderOffer.ts';
import type { EventRows, EventUse } from './eventTable.ts';
import { NOTHING, type Recorded } from './world.ts';

/** A recorder that asks, and recorded runs of both companies: it serves all of them. */
export interface RecorderCell {
  readonly socket: Socket;
  readonly runs: readonly [Recorded, Recorded];
}

type Use = EventUse<RecorderCell>;

const SEGMENT = { index: 0, startMs: 1, durationMs: 1, bytes: 1, sha256: NO_HASH, holes: [] };

const ofRuns = (known: string, unknown: string, payload: (runId: string) => object): Use[] => [
  { whose: 'company one’s', expect: () => known, payload: ({ runs }) => payload(runs[0].runId) },
  { whose: 'company two’s', expect: () => known, payload: ({ runs }) => payload(runs[1].runId) },
  { whose: 'nobody’s', expect: () => unknown, payload: () => payload(NOTHING) },
];

/** Everything that a recorder may ask. */
export const recorderRows: EventRows<RecorderCell> = {
  'recorder-ready': [
    {
      whose: 'its own',
      expect: () => 'ok',
      payload: () => recorderOffer('another'),
    },
  ],
  'segment-recorded': ofRuns('ok', 'unknown-run', (runId) => ({ runId, segment: SEGMENT })),
  'run-ended': ofRuns('ok', 'ok', (runId) => ({ runId, reason: 'stalled', message: '' })),
  // These runs are on record, and not under way.
  'run-stats': ofRuns('unknown-run', 'unknown-run', (runId) => ({ runId })),
};
