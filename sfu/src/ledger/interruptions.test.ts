import { beforeEach, describe, expect, it } from '@jest/globals';
import { ProtocolError, TypedEmitter, type Device, type RecordingState } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createScene, type Scene, type TestAgent } from '../presence/scene.ts';
import type { CoordinatorEvents } from '../recording/coordinator.ts';
import { RecorderPool } from '../recording/recorderPool.ts';
import { createLedgers, type Ledgers } from './ledgers.ts';
import { ledgerOf } from './sessionLedger.ts';

const logger = createLogger('test', 'silent');
const TRACK = 'display-1';

let scene: Scene;
let device: Device;
let agent: TestAgent;
let ticket: string;
let ledgers: Ledgers;
let state: RecordingState;
let coordinatorEvents: TypedEmitter<CoordinatorEvents>;

const follow = async (): Promise<void> => {
  coordinatorEvents = new TypedEmitter((error) => {
    throw error;
  });
  ledgers = await scene.done(
    createLedgers({
      repositories: scene.repositories,
      directory: scene.directory,
      presence: scene.presence,
      coordinator: { events: coordinatorEvents, stateOf: () => state },
      recorders: new RecorderPool(logger),
      sessionWritten: () => Promise.resolve(),
      clock: scene.clock,
      logger,
    }),
  );
};
const recordingIs = (next: RecordingState): void => {
  state = next;
  scene.directory.events.emit('updated', agent.admitted.client());
};
const interruptions = async (sessionId: string): Promise<string[]> => {
  await scene.settle();
  const list = await scene.repositories.interruptions.list(sessionId);
  return list.map(
    ({ reason, trackId, fromMs, toMs }) =>
      `${reason} of ${trackId ?? 'all'} ${fromMs - 1_000_000}-${toMs === null ? '' : toMs - 1_000_000}`,
  );
};

beforeEach(async () => {
  state = 'recording';
  scene = await createScene();
  device = await scene.enrol('ann');
  await follow();
  agent = scene.connect(device);
  ({ ticket } = await agent.login());
  scene.clock.advance(1_000 - (scene.clock.nowMs() % 1_000));
});

/** When the session's own beginning is not the point. */
const publish = async (): Promise<{ sessionId: string; now: () => number }> => {
  const { sessionId } = await agent.publish();
  return { sessionId, now: () => scene.clock.nowMs() - 1_000_000 };
};

describe('interruptions', () => {
  it('are nothing while all goes well', async () => {
    const { sessionId } = await publish();
    recordingIs('recording');
    expect(await interruptions(sessionId)).toEqual([]);
  });

  it('begin when the user pauses, and end when the user goes on', async () => {
    const { sessionId, now } = await publish();
    const from = now();
    await scene.done(agent.admitted.setPaused(true));
    scene.clock.advance(5_000);
    const to = now();
    await scene.done(agent.admitted.setPaused(false));
    expect(await interruptions(sessionId)).toEqual([`paused-by-user of all ${from}-${to}`]);
  });

  it('do not keep the database busy for an agent that pauses and goes on in a loop', async () => {
    const { sessionId } = await publish();
    const client = agent.admitted.client();
    for (let turn = 0; turn < 500; turn += 1) client.setPaused(turn % 2 === 0);
    expect(await interruptions(sessionId)).toHaveLength(100);
    scene.clock.advance(10_000);
    client.setPaused(true);
    expect(await interruptions(sessionId)).toHaveLength(101);
  });

  it('begin when the connection is lost, and end when it is back', async () => {
    const { sessionId, now } = await publish();
    const from = now();
    agent.drop();
    scene.clock.advance(3_000);
    agent = scene.connect(device);
    const to = now();
    await agent.relogin(ticket);
    expect(await interruptions(sessionId)).toEqual([`reconnecting of all ${from}-${to}`]);
  });

  it('end with the session when it is not', async () => {
    const { sessionId, now } = await publish();
    const from = now();
    agent.drop();
    scene.clock.advance(60_000);
    expect(await interruptions(sessionId)).toEqual([`reconnecting of all ${from}-${from + 60_000}`]);
  });

  it.each([
    ['off', 'recorder-restart'],
    ['silent', 'stalled'],
  ] as const)('follow the recording: %s is %s, until it records again', async (recording, reason) => {
    const { sessionId, now } = await publish();
    const from = now();
    recordingIs(recording);
    scene.clock.advance(2_000);
    recordingIs('starting');
    scene.clock.advance(500);
    const to = now();
    recordingIs('recording');
    expect(await interruptions(sessionId)).toEqual([`${reason} of ${TRACK} ${from}-${to}`]);
  });

  it.each([
    ['run-stalled', 'stalled'],
    ['run-disk-full', 'disk-full'],
    ['run-ffmpeg-exited', 'recorder-restart'],
  ] as const)('say after the alarm %s: %s', async (code, reason) => {
    const { sessionId, now } = await publish();
    const place = { companyId: 'acme', groupId: null, sessionId, trackId: TRACK };
    const from = now();
    coordinatorEvents.emit('alarm', { ...place, code, message: 'It failed.', atMs: scene.clock.nowMs() });
    scene.clock.advance(2_000);
    const to = now();
    recordingIs('recording');
    expect(await interruptions(sessionId)).toEqual([`${reason} of ${TRACK} ${from}-${to}`]);
  });

  it.each([
    ['disk-full', 'disk-full'],
    ['disk-slow', 'admission-refused'],
    ['overloaded', 'admission-refused'],
  ] as const)('say why a recorder took no run: %s is %s', async (refusal, reason) => {
    const { sessionId, now } = await publish();
    const [published] = agent.admitted.client().published;
    if (published === undefined) throw new Error('nothing is published');
    const from = now();
    coordinatorEvents.emit('run-refused', published, refusal, scene.clock.nowMs());
    expect(await interruptions(sessionId)).toEqual([`${reason} of ${TRACK} ${from}-`]);
  });

  it('account for a display of which nothing is ever recorded, for no recorder is there', async () => {
    state = 'off';
    const { sessionId } = await publish();
    scene.clock.advance(90_000);
    await scene.done(agent.admitted.stopStreaming());
    await scene.settle();
    const record = await scene.repositories.ledgers.find(sessionId);
    if (record === undefined) throw new Error('The session is not on record.');
    const [track] = ledgerOf(record, scene.clock.nowMs()).tracks;
    expect(track).toMatchObject({ trackId: TRACK, recordedMs: 0, spans: [{ reason: 'recorder-restart' }] });
  });

  it('say that a display is not shared, from when the user took it away', async () => {
    const { sessionId, now } = await publish();
    const [published] = agent.admitted.client().published;
    const from = now();
    agent.admitted.client().closeProducer(published?.producer.id ?? '');
    expect(await interruptions(sessionId)).toEqual([`not-shared of ${TRACK} ${from}-`]);
    scene.clock.advance(4_000);
    await scene.done(agent.admitted.stopStreaming());
    expect((await interruptions(sessionId))[0]).toMatch(/^not-shared of display-1 \d+-\d+$/);
  });

  it('say that a worker died, until the display is recorded again', async () => {
    const { sessionId, now } = await publish();
    const from = now();
    scene.engine.killWorker();
    expect(await interruptions(sessionId)).toEqual([`worker-restart of ${TRACK} ${from}-`]);
  });

  it('say since when the server was away, until the display is recorded again', async () => {
    const { sessionId } = await publish();
    const { recordings } = scene.repositories;
    const place = { sessionId, trackId: TRACK, label: 'Screen' };
    const startedAtMs = 1_001_000;
    await recordings.addRun({ ...place, runId: 'r1', startedAtMs, source: 'live', recorderId: 'recorder-1' });
    const segment = { index: 0, startMs: 1_002_000, durationMs: 6_000, bytes: 1, sha256: 'a'.repeat(64) };
    await recordings.addSegments([{ runId: 'r1', segment: { ...segment, holes: [] } }]);
    await scene.restart(20_000);
    await follow();
    expect(await interruptions(sessionId)).toEqual([`sfu-restart of ${TRACK} 8000-`]);
  });

  it('are not made of what ends with the server', async () => {
    const { sessionId } = await publish();
    ledgers.serverGoes();
    await scene.done(scene.presence.close());
    await ledgers.close();
    expect(await interruptions(sessionId)).toEqual([]);
  });
});

describe('an absence', () => {
  const away = (fromMs: number, toMs: number) =>
    scene.done(ledgers.reportAbsence({ fromMs, toMs }, agent.admitted.client()));

  it('goes by the server’s clock into the session that there was', async () => {
    const { sessionId } = await publish();
    scene.clock.advance(60_000);
    await expect(away(2_000_000, 2_010_000)).rejects.toThrow(ProtocolError);
    agent.admitted.client().reportClock(-3_600_000);
    const session = await scene.repositories.recordings.findSession(sessionId);
    const began = (session?.startedAtMs ?? 0) - 1_000_000;
    await away(4_610_000.4, 4_620_000);
    await away(4_590_000, 4_605_500);
    expect(await interruptions(sessionId)).toEqual([
      `sleep-or-lock of all ${began}-5500`,
      'sleep-or-lock of all 10000-20000',
    ]);
    await expect(away(4_610_000, 4_609_000)).rejects.toThrow(/ended|end after/);
    await expect(away(9_000_000_000, 9_000_001_000)).rejects.toThrow(/past/);
  });

  it('has the ledger of a session that ended meanwhile told again', async () => {
    const { sessionId } = await publish();
    const { recordings, ledgers: records } = scene.repositories;
    const run = { runId: 'run', sessionId, trackId: TRACK, label: 'Screen', source: 'live' as const };
    await recordings.addRun({ ...run, startedAtMs: scene.clock.nowMs(), recorderId: 'r1' });
    scene.clock.advance(60_000);
    await scene.done(agent.admitted.stopStreaming());
    const session = await recordings.findSession(sessionId);
    const endedAtMs = session?.endedAtMs ?? 0;
    await records.closed({ sessionId, recorderId: 'r1' }, endedAtMs, scene.clock.nowMs());
    agent.admitted.client().reportClock(0);
    await away(endedAtMs - 10_000, endedAtMs);
    await scene.settle();
    expect(await records.openClosings()).toEqual([{ sessionId, recorderId: 'r1' }]);
  });

  it('cannot concern more sessions than a wrong clock explains', async () => {
    agent.admitted.client().reportClock(0);
    for (let nth = 0; nth < 21; nth += 1) {
      await scene.done(agent.admitted.startStreaming());
      scene.clock.advance(1_000);
      await scene.done(agent.admitted.stopStreaming());
    }
    await expect(away(0, scene.clock.nowMs())).rejects.toThrow(/so many sessions/);
  });
});
