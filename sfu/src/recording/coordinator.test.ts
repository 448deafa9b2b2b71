import { beforeEach, describe, expect, it } from '@jest/globals';
import { ProtocolError, type Source } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { AgentClient } from '../clients/agentClient.ts';
import { aDevice } from '../clients/aDevice.ts';
import { ClientDirectory } from '../clients/directory.ts';
import { openSqliteDatabase } from '../db/database.ts';
import { createRecordingsRepository, type RecordingsRepository } from '../db/recordings.ts';
import { createFakeEngine, FAKE_RTP, type FakeEngine } from '../media/fakeEngine.ts';
import { createRecordingCoordinator, type RecordingCoordinator } from './coordinator.ts';
import { createFakeRecorder } from './fakeRecorder.ts';
import { RecorderPool } from './recorderPool.ts';
import { createSessionRecords } from './sessionRecords.ts';

let offered: string[];
const logger = createLogger('test', 'silent');

let clock: ManualClock;
let engine: FakeEngine;
let directory: ClientDirectory;
let recorders: RecorderPool;
let repository: RecordingsRepository;
let coordinator: RecordingCoordinator;
let alarms: string[];

/** Lets everything that waits for promises, the database's included, run to its end. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

async function stream(sources: readonly Source[] = ['full', 'small']): Promise<AgentClient> {
  const client = new AgentClient(
    {
      device: aDevice(),
      machine: { userName: 'ann', hostName: 'desk', os: 'Linux' },
      connectedAtMs: clock.nowMs(),
    },
    {
      engine,
      clock,
      events: directory.events,
      notifier: {
        watched: () => undefined,
        publishAgain: () => undefined,
        offerSent: (trackId) => offered.push(trackId),
      },
    },
  );
  client.startStreaming();
  const transport = await client.createTransport();
  await transport.connect({ fingerprints: [] });
  for (const source of sources) await publish(client, source, transport.id);
  return client;
}

async function publish(client: AgentClient, source: Source, transportId: string): Promise<void> {
  await client.produce({
    transportId,
    trackId: 'display-1',
    label: 'Screen',
    source,
    kind: source === 'audio' ? 'audio' : 'video',
    rtpParameters: FAKE_RTP,
  });
  await settle();
}

async function publishSound(client: AgentClient): Promise<void> {
  const transport = await client.createTransport();
  await transport.connect({ fingerprints: [] });
  await publish(client, 'audio', transport.id);
}

const stateOf = (client: AgentClient): string =>
  coordinator.stateOf(client.session?.sessionId ?? '', 'display-1');

beforeEach(async () => {
  clock = createManualClock(1_000_000);
  offered = [];
  engine = createFakeEngine();
  directory = new ClientDirectory(logger);
  recorders = new RecorderPool(logger);
  repository = createRecordingsRepository(await openSqliteDatabase(':memory:'));
  coordinator = createRecordingCoordinator({
    directory,
    recorders,
    repository,
    sessions: createSessionRecords({ directory, repository, clock, logger }),
    segmentMs: 6_000,
    clock,
    logger,
  });
  alarms = [];
  coordinator.events.on('alarm', ({ code }) => alarms.push(code));
});

describe('recording coordinator', () => {
  it('records full, not small, one run at a time', async () => {
    const recorder = createFakeRecorder();
    recorders.add(recorder);
    const entered: string[] = [];
    coordinator.events.on('run-entered', (...media) => entered.push(media.join(' at ')));
    const client = await stream();
    expect(recorder.started).toHaveLength(1);
    expect(stateOf(client)).toBe('recording');
    expect(entered).toEqual([`${client.session?.sessionId} at recorder-1`]);
  });

  it('begins when a recorder comes, however late', async () => {
    const client = await stream();
    expect(stateOf(client)).toBe('off');
    const recorder = createFakeRecorder();
    recorders.add(recorder);
    await settle();
    expect(stateOf(client)).toBe('recording');
  });

  it.each([
    ['nothing moved and the agent was there', { bitrateBps: 9_000, senderThere: true }, [1_000_000]],
    ['something moved', { bitrateBps: 90_000, senderThere: true }, []],
    ['the agent was not heard any more', { bitrateBps: 0, senderThere: false }, []],
  ])('says how long the last picture of a display stood if %s', async (_case, activity, stood) => {
    const recorder = createFakeRecorder();
    recorders.add(recorder);
    const client = await stream();
    engine.activity = activity;
    const [full] = client.published;
    client.closeProducer(full?.producer.id ?? '');
    await settle();
    expect(recorder.stopped).toHaveLength(1);
    expect(recorder.stood).toEqual(stood);
  });

  it('begins a new run, alarmed, when one ended by itself; later each time', async () => {
    const recorder = createFakeRecorder();
    recorders.add(recorder);
    const client = await stream();
    for (const delayMs of [200, 1_000, 2_000]) {
      recorders.events.emit(
        'run-ended',
        recorder.started.at(-1)?.runId ?? '',
        'stalled',
        'The file does not grow.',
      );
      expect(stateOf(client)).toBe('failing');
      const before = recorder.started.length;
      clock.advance(delayMs - 1);
      await settle();
      expect(recorder.started).toHaveLength(before);
      clock.advance(1);
      await settle();
      expect(recorder.started).toHaveLength(before + 1);
      expect(stateOf(client)).toBe('recording');
    }
    expect(alarms).toEqual(['run-stalled', 'run-stalled', 'run-stalled']);
  });

  it('waits for packets, without an alarm, when a run ended because none came', async () => {
    const recorder = createFakeRecorder();
    recorders.add(recorder);
    const client = await stream();
    const sessionId = client.session?.sessionId ?? '';
    engine.receive(1_000);
    recorders.events.emit('run-ended', recorder.started[0]?.runId ?? '', 'silent', 'No packets came.');
    for (let second = 0; second < 60; second += 1) {
      await settle();
      clock.advance(1_000);
    }
    await settle();
    expect([stateOf(client), recorder.started.length]).toEqual(['silent', 1]);
    engine.receive(1);
    clock.advance(1_000);
    await settle();
    expect([stateOf(client), recorder.started.length]).toEqual(['recording', 2]);
    expect(alarms).toEqual([]);
    const session = await repository.findSession(sessionId);
    expect(session?.tracks[0]?.runs.map(({ endReason }) => endReason)).toEqual(['silent', null]);
  });

  it('does not count a run that held for a while among the failures in a row', async () => {
    const recorder = createFakeRecorder();
    recorders.add(recorder);
    await stream();
    for (let count = 0; count < 3; count += 1) {
      clock.advance(60_000);
      recorders.events.emit('run-ended', recorder.started.at(-1)?.runId ?? '', 'ffmpeg-exited', 'It exited.');
      clock.advance(200);
      await settle();
      expect(recorder.started).toHaveLength(count + 2);
    }
  });

  it('tries again when a run cannot be started', async () => {
    const recorder = createFakeRecorder();
    recorder.refusal = new Error('no ffmpeg');
    recorders.add(recorder);
    const client = await stream();
    expect(stateOf(client)).toBe('failing');
    expect(alarms).toEqual(['run-start-failed']);
    recorder.refusal = undefined;
    clock.advance(200);
    await settle();
    expect(stateOf(client)).toBe('recording');
    const session = await repository.findSession(client.session?.sessionId ?? '');
    expect(session?.tracks[0]?.runs.map(({ endReason }) => endReason)).toEqual(['start-failed', null]);
  });

  it('goes on at another recorder when one is lost, and ignores what the lost one still says', async () => {
    const first = createFakeRecorder();
    recorders.add(first);
    const client = await stream();
    const second = createFakeRecorder('recorder-2');
    recorders.add(second);
    recorders.remove(first);
    await settle();
    expect(second.started).toHaveLength(1);
    recorders.events.emit('run-ended', first.started[0]?.runId ?? '', 'stalled', 'late');
    expect(stateOf(client)).toBe('recording');
  });

  it('stops the run when the agent stops, and keeps why each run ended', async () => {
    const recorder = createFakeRecorder();
    recorders.add(recorder);
    const client = await stream();
    const sessionId = client.session?.sessionId ?? '';
    client.stopStreaming('stopped');
    await settle();
    expect(recorder.stopped).toEqual([recorder.started[0]?.runId]);
    expect(await repository.findSession(sessionId)).toMatchObject({
      endedAtMs: 1_000_000,
      tracks: [{ runs: [{ endReason: 'stopped' }] }],
    });
    clock.advance(60_000);
    await settle();
    expect(recorder.started).toHaveLength(1);
  });

  it('does not begin after the agent stopped while the recorder was still starting', async () => {
    const recorder = createFakeRecorder();
    let ready: (() => void) | undefined;
    const startRun = recorder.startRun.bind(recorder);
    recorder.startRun = async (order) => {
      await new Promise<void>((resolve) => {
        ready = resolve;
      });
      return startRun(order);
    };
    recorders.add(recorder);
    const client = await stream();
    client.stopStreaming('stopped');
    ready?.();
    await settle();
    expect(recorder.stopped).toHaveLength(1);
    expect(engine.taps.every((tap) => tap.closed)).toBe(true);
  });

  it('leaves no run open that could not be started after the agent had stopped', async () => {
    const recorder = createFakeRecorder();
    const { promise, reject } = Promise.withResolvers<never>();
    recorder.startRun = () => promise;
    recorders.add(recorder);
    const client = await stream();
    const sessionId = client.session?.sessionId ?? '';
    client.stopStreaming('stopped');
    reject(new ProtocolError('timeout', 'No answer.'));
    await settle();
    const session = await repository.findSession(sessionId);
    expect(session?.tracks[0]?.runs).toMatchObject([{ endedAtMs: 1_000_000 }]);
  });

  it('begins anew when a run ends while it is still being started', async () => {
    const recorder = createFakeRecorder();
    const startRun = recorder.startRun.bind(recorder);
    recorder.startRun = async (order) => {
      if (recorder.started.length === 0)
        recorders.events.emit('run-ended', order.runId, 'ffmpeg-exited', 'It exited.');
      return startRun(order);
    };
    recorders.add(recorder);
    const client = await stream();
    expect(stateOf(client)).toBe('failing');
    clock.advance(200);
    await settle();
    expect(recorder.started).toHaveLength(2);
    expect(stateOf(client)).toBe('recording');
    expect(engine.taps.map((tap) => tap.closed)).toEqual([true, false]);
  });

  it('ends all runs when it closes, and waits until they are durable', async () => {
    const recorder = createFakeRecorder();
    recorders.add(recorder);
    await stream();
    await coordinator.close();
    expect(recorder.stopped).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('records the sound that is there in the same run, and lets it flow when its time is known', async () => {
    const recorder = createFakeRecorder();
    recorders.add(recorder);
    await stream(['audio', 'full']);
    expect(recorder.started).toMatchObject([{ audio: { rtpParameters: {} } }]);
    const [video, sound] = engine.taps;
    video?.sendKeyFrame(1_000, 10_000);
    await settle();
    expect([recorder.sounds, sound?.flowing]).toEqual([[], false]);
    engine.arrive(48_000);
    await settle();
    const runId = recorder.started[0]?.runId;
    expect([recorder.sounds, sound?.flowing]).toEqual([[{ runId, rtpTimestamp: 48_000 }], true]);
  });

  it('hands over to a run with sound where some comes later, when that has its first key frame', async () => {
    const recorder = createFakeRecorder();
    recorders.add(recorder);
    const client = await stream();
    engine.taps[0]?.sendKeyFrame(1_000, 10_000);
    await publishSound(client);
    expect([recorder.started.length, recorder.stopped.length]).toEqual([2, 0]);
    expect(engine.taps[0]?.closed).toBe(false);
    engine.taps[1]?.sendKeyFrame(9_000, 10_000);
    await settle();
    expect(recorder.stopped).toEqual([recorder.started[0]?.runId]);
    expect(engine.taps.map(({ closed }) => closed)).toEqual([true, false, false]);
    expect([stateOf(client), alarms]).toEqual(['recording', []]);
  });

  it('goes on with the run that it has if the one with sound cannot be begun, and tries again', async () => {
    const recorder = createFakeRecorder();
    recorders.add(recorder);
    const client = await stream();
    recorder.refusal = new Error('no ffmpeg');
    await publishSound(client);
    expect([stateOf(client), engine.taps[0]?.closed]).toEqual(['recording', false]);
    recorder.refusal = undefined;
    const { tracks } = (await repository.findSession(client.session?.sessionId ?? '')) ?? {};
    expect(tracks?.[0]?.runs.map(({ endedAtMs }) => endedAtMs).toSorted()).toEqual([1_000_000, null]);
    clock.advance(10_000);
    await settle();
    expect(recorder.started).toHaveLength(3);
  });

  it('has the agent offer what a segment misses', async () => {
    const recorder = createFakeRecorder();
    recorders.add(recorder);
    await stream();
    const segment = { index: 0, startMs: 1_000_000, durationMs: 6_000, sha256: '', bytes: 1 };
    const holes = [{ fromMs: 1_002_000, toMs: 1_005_000 }];
    coordinator.segmentRecorded('another', { ...segment, holes });
    coordinator.segmentRecorded(recorder.started[0]?.runId ?? '', { ...segment, holes: [] });
    expect(offered).toEqual([]);
    coordinator.segmentRecorded(recorder.started[0]?.runId ?? '', { ...segment, holes });
    expect(offered).toEqual(['display-1']);
  });

  it('gives a run to the least loaded recorder that admits it', async () => {
    const [first, second, third] = [1, 2, 3].map((at) => createFakeRecorder(`recorder-${at}`));
    if (first === undefined || second === undefined || third === undefined) throw new Error('three of them');
    second.status = { ...second.status, runs: 7 };
    third.status = { ...third.status, admission: { open: false, reason: 'overloaded', message: 'busy' } };
    for (const recorder of [second, third, first]) recorders.add(recorder);
    const client = await stream();
    expect([first, second, third].map(({ started }) => started.length)).toEqual([1, 0, 0]);
    recorders.remove(first);
    await settle();
    expect([second, third].map(({ started }) => started.length)).toEqual([1, 0]);
    const [track] = (await repository.findSession(client.session?.sessionId ?? ''))?.tracks ?? [];
    expect(track?.runs).toHaveLength(2);
  });

  it('asks the next recorder when one refuses, and alarms when all do', async () => {
    const refusals: string[] = [];
    coordinator.events.on('run-refused', (_published, reason) => refusals.push(reason));
    const full = createFakeRecorder('full');
    full.refusal = new ProtocolError('disk-full', 'no room');
    const other = createFakeRecorder('other');
    recorders.add(full);
    recorders.add(other);
    const client = await stream();
    expect([stateOf(client), alarms, refusals]).toEqual(['recording', [], ['disk-full']]);
    other.refusal = new ProtocolError('overloaded', 'busy');
    recorders.events.emit('run-ended', other.started[0]?.runId ?? '', 'stalled', 'stuck');
    clock.advance(200);
    await settle();
    expect(stateOf(client)).toBe('failing');
    expect(refusals.toSorted()).toEqual(['disk-full', 'disk-full', 'overloaded']);
    expect(alarms[0]).toBe('run-stalled');
    expect(alarms[1]).toMatch(/^run-(disk-full|overloaded)$/);
  });

  it('asks for a key frame when packets were lost, at most once a second', async () => {
    const recorder = createFakeRecorder();
    recorders.add(recorder);
    await stream();
    const runId = recorder.started[0]?.runId ?? '';
    for (let count = 0; count < 5; count += 1) coordinator.keyFrameNeeded(runId);
    expect(engine.taps[0]?.keyFramesRequested).toBe(1);
    clock.advance(1_000);
    coordinator.keyFrameNeeded(runId);
    expect(engine.taps[0]?.keyFramesRequested).toBe(2);
  });
});
