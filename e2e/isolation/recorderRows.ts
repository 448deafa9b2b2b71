import { generateKeyPairSync } from 'node:crypto';
import { NO_HASH } from '@sightline/shared';
import type { Socket } from 'socket.io-client';
import { recorderOffer } from '../harness/recorderOffer.ts';
import { keepingRows } from './keepingRows.ts';
import type { EventRows, EventUse } from './eventTable.ts';
import { offerOnce, sealOf } from './sealing.ts';
import { NOTHING, type Recorded } from './world.ts';

/** A recorder that asks, and recorded runs of both companies: it serves all of them. */
export interface RecorderCell {
  readonly socket: Socket;
  readonly runs: readonly [Recorded, Recorded];
  /** Of those runs. */
  readonly companyIds: readonly [string, string];
}

type Use = EventUse<RecorderCell>;

const SEGMENT = { index: 0, startMs: 1, durationMs: 1, bytes: 1, sha256: NO_HASH, holes: [] };

const ofRuns = (known: string, unknown: string, payload: (runId: string) => object): Use[] => [
  { whose: 'company one’s', expect: () => known, payload: ({ runs }) => payload(runs[0].runId) },
  { whose: 'company two’s', expect: () => known, payload: ({ runs }) => payload(runs[1].runId) },
  { whose: 'nobody’s', expect: () => unknown, payload: () => payload(NOTHING) },
];

/** The same once the recorder has offered its service, without which it is not believed. The runs are no other recorder's. */
const ofRunsOnceReady = (known: string, payload: (runId: string) => object): Use[] => [
  { whose: 'before it is ready', expect: () => 'not-connected', payload: () => payload(NOTHING) },
  ...ofRuns(known, 'unknown-run', payload).map((use) => ({
    ...use,
    payload: async (cell: RecorderCell) => {
      await offerOnce(cell.socket);
      return use.payload(cell);
    },
  })),
];

const seal = (
  whose: string,
  answer: string,
  of: (cell: RecorderCell) => { sessionId: string; companyId: string },
): Use => ({
  whose,
  expect: () => answer,
  payload: async (cell) => {
    const { sessionId, companyId } = of(cell);
    return sealOf(await offerOnce(cell.socket), sessionId, companyId);
  },
});

/** Only the recorder that a piece was to go to may heal it. */
const piece = (outcome: object): Use[] => [
  {
    whose: 'before it is ready',
    expect: () => 'not-connected',
    payload: () => ({ pieceId: NOTHING, ...outcome }),
  },
  {
    whose: 'nobody’s',
    expect: () => 'unknown-piece',
    payload: async ({ socket }) => {
      await offerOnce(socket);
      return { pieceId: NOTHING, ...outcome };
    },
  },
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
  'recorder-status': [
    {
      whose: 'before it is ready',
      expect: () => 'not-connected',
      payload: () => ({ status: recorderOffer('another').status }),
    },
    {
      whose: 'its own',
      expect: () => 'ok',
      payload: async ({ socket }) => {
        await offerOnce(socket);
        return { status: recorderOffer('another').status };
      },
    },
  ],
  'manifest-sealed': [
    seal('company one’s', 'ok', ({ runs, companyIds }) => ({ ...runs[0], companyId: companyIds[0] })),
    seal('company two’s', 'ok', ({ runs, companyIds }) => ({ ...runs[1], companyId: companyIds[1] })),
    seal('company two’s in the name of company one', 'unknown-session', ({ runs, companyIds }) => ({
      ...runs[1],
      companyId: companyIds[0],
    })),
    seal('nobody’s', 'unknown-session', ({ companyIds }) => ({
      sessionId: NOTHING,
      companyId: companyIds[0],
    })),
    {
      whose: 'one that it did not sign',
      expect: () => 'bad-seal',
      payload: async ({ socket, runs, companyIds }) => {
        await offerOnce(socket);
        return sealOf(generateKeyPairSync('ed25519').privateKey, runs[0].sessionId, companyIds[0]);
      },
    },
  ],
  'segment-recorded': ofRunsOnceReady('ok', (runId) => ({ runId, segment: SEGMENT })),
  'run-ended': ofRunsOnceReady('ok', (runId) => ({ runId, reason: 'stalled', message: '' })),
  // These runs are on record, and not under way.
  'run-stats': ofRuns('unknown-run', 'unknown-run', (runId) => ({ runId })),
  'key-frame-needed': ofRuns('ok', 'ok', (runId) => ({ runId })),
  'export-progress': [
    {
      whose: 'an export that there is not',
      expect: () => 'unknown-export',
      payload: async ({ socket }) => {
        await offerOnce(socket);
        return { exportId: NOTHING, state: 'done', progress: 1, message: null, bytes: 1 };
      },
    },
  ],
  'piece-uploaded': piece({}),
  'piece-healed': piece({ outcome: 'healed', message: '' }),
  ...keepingRows,
};
