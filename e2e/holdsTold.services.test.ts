import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createRequester,
  placedHold,
  recorderCommands,
  recorderRequests,
  serveRequests,
  type MediaHold,
} from '@sightline/shared';
import { createRecordingsRepository, openDatabase } from '@sightline/sfu/db';
import type { Socket } from 'socket.io-client';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { recorderOffer } from './harness/recorderOffer.ts';
import { startStack, type Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';
import { connectRecorder } from './isolation/recorders.ts';
import { createWorld, type Recorded, type World } from './isolation/world.ts';

const RECORDER_ID = 'keeper';
const STARTED_MS = Date.UTC(2026, 0, 2);

let cleanup: Cleanup;
let stack: Stack;
let world: World;
let companyId: string;
let session: Recorded;
let told: MediaHold[];
let recorder: Socket;

beforeEach(async () => {
  cleanup = createCleanup();
  stack = cleanup.use(await startStack({ recorder: false }));
  world = cleanup.use(await createWorld(stack));
  const [at] = world.homes[0].groups;
  companyId = at.companyId;
  session = await world.newSession(at, STARTED_MS);
  await record(session);
  told = [];
});
afterEach(() => cleanup.close());

/** Puts a run of the session on record that the recorder has. */
async function record({ sessionId, trackId }: Recorded): Promise<void> {
  const logger = { warn: () => undefined };
  const database = await openDatabase({ dataDir: stack.dataDir, url: undefined, logger });
  await createRecordingsRepository(database).addRun({
    runId: randomUUID(),
    sessionId,
    trackId,
    label: 'Display 1',
    source: 'live',
    startedAtMs: STARTED_MS,
    recorderId: RECORDER_ID,
  });
  await database.destroy();
}

/** A recorder with an object store comes, and has `known` on its disk. */
async function come(known: Pick<MediaHold, 'held'>): Promise<void> {
  recorder = await connectRecorder(world);
  const commands = { 'hold-media': recorderCommands['hold-media'] };
  serveRequests(
    recorder,
    commands,
    {
      'hold-media': ({ sessions }) => {
        told.push(...sessions);
        return {};
      },
    },
    { notices: [], onRefused: (event, code) => expect([event, code]).toEqual([]) },
  );
  const request = createRequester(recorder, recorderRequests);
  const offer = recorderOffer(RECORDER_ID);
  const store = { kind: 's3', backlogSegments: 0, backlogBytes: 0 } as const;
  await request('recorder-ready', { ...offer, status: { ...offer.status, store } });
  await request('reconcile', { fromMs: 0, toMs: null, sessions: [{ ...place(), ...known, runs: [] }] });
}

const place = () => ({
  companyId,
  userId: session.userId,
  sessionId: session.sessionId,
  sessionStartedAtMs: STARTED_MS,
});
const holds = (): string => `/api/v1/companies/${companyId}/holds`;
const hold = async (): Promise<string> => {
  const target = { kind: 'user', userId: session.userId, fromMs: null, toMs: null };
  const { holdId } = placedHold.parse(await stack.api('POST', holds(), { target, reason: 'case 7' }));
  return holdId;
};
const release = (holdId: string): Promise<unknown> =>
  stack.api('POST', `${holds()}/${holdId}/release`, { reason: 'closed' });
const expectTold = async (...held: boolean[]): Promise<void> => {
  await until('the recorder to be told', () => told.length >= held.length, { timeoutMs: 10_000 });
  expect(told).toEqual(held.map((one) => ({ ...place(), held: one })));
};

describe('a recorder with an object store', () => {
  it('is told what of its own is held, and what is not any more, when that changes', async () => {
    await come({ held: false });
    const holdIds = [await hold(), await hold()];
    await expectTold(true, true);
    for (const holdId of holdIds) await release(holdId);
    await expectTold(true, true, true, false);
  });

  it('is told what it missed when it is back', async () => {
    const holdId = await hold();
    await come({ held: false });
    await expectTold(true);
    recorder.disconnect();
    await release(holdId);
    await come({ held: true });
    await expectTold(true, false);
  });
});
