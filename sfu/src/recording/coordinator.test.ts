import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RunOrder } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { AgentClient } from '../clients/agentClient.ts';
import { aDevice } from '../clients/aDevice.ts';
import { ClientDirectory } from '../clients/directory.ts';
import { openSqliteDatabase } from '../db/database.ts';
import { createRecordingsRepository, type RecordingsRepository } from '../db/recordings.ts';
import { createFakeEngine, FAKE_RTP, type FakeEngine } from '../media/fakeEngine.ts';
import { createRecordingCoordinator, type RecordingCoordinator } from './coordinator.ts';
import { RecorderPool, type RecorderLink } from './recorderPool.ts';
import { createSessionRecords } from './sessionRecords.ts';

const logger = createLogger('test', 'silent');

let clock: ManualClock;
let engine: FakeEngine;
let directory: ClientDirectory;
let recorders: RecorderPool;
let repository: RecordingsRepository;
let coordinator: RecordingCoordinator;
let alarms: string[];

interface FakeRecorder extends RecorderLink {
  readonly started: RunOrder[];
  readonly stopped: string[];
  refuse: boolean;
}

function createRecorder(recorderId = 'recorder-1'): FakeRecorder {
  const recorder: FakeRecorder = {
    recorderId,
    mediaBaseUrl: 'http://127.0.0.1:3001',
    started: [],
    stopped: [],
    refuse: false,
    startRun(order) {
      recorder.started.push(order);
      return recorder.refuse
        ? Promise.reject(new Error('no ffmpeg'))
        : Promise.resolve({ host: '127.0.0.1', rtpPort: 5_000, rtcpPort: 5_001 });
    },
    stopRun(runId) {
      recorder.stopped.push(runId);
      return Promise.resolve();
    },
    startExport: () => Promise.resolve(),
    cancelExport: () => Promise.resolve(),
    keyFrameSent: () => undefined,
  };
  return recorder;
}

/** Lets everything that waits for promises, the database's included, run to its end. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

async function stream(): Promise<AgentClient> {
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
      notifier: { watched: () => undefined, publishAgain: () => undefined },
    },
  );
  client.startStreaming();
  const transport = await client.createTransport();
  await transport.connect({ fingerprints: [] });
  for (const source of ['full', 'small'] as const) {
    await client.produce({
      transportId: transport.id,
      trackId: 'display-1',
      label: 'Screen',
      source,
      kind: 'video',
      rtpParameters: FAKE_RTP,
    });
  }
  await settle();
  return client;
}

const stateOf = (client: AgentClient): string =>
  coordinator.stateOf(client.session?.sessionId ?? '', 'display-1');

beforeEach(async () => {
  clock = createManualClock(1_000_000);
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
    const recorder = createRecorder();
    recorders.add(recorder);
    const client = await stream();
    expect(recorder.started).toHaveLength(1);
    expect(stateOf(client)).toBe('recording');
  });

  it('begins when a recorder comes, however late', async () => {
    const client = await stream();
    expect(stateOf(client)).toBe('off');
    const recorder = createRecorder();
    recorders.add(recorder);
    await settle();
    expect(stateOf(client)).toBe('recording');
  });

  it('begins a new run, alarmed, when one ended by itself; later each time', async () => {
    const recorder = createRecorder();
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
    const recorder = createRecorder();
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
    const recorder = createRecorder();
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
    const recorder = createRecorder();
    recorder.refuse = true;
    recorders.add(recorder);
    const client = await stream();
    expect(stateOf(client)).toBe('failing');
    expect(alarms).toEqual(['run-start-failed']);
    recorder.refuse = false;
    clock.advance(200);
    await settle();
    expect(stateOf(client)).toBe('recording');
    const session = await repository.findSession(client.session?.sessionId ?? '');
    expect(session?.tracks[0]?.runs.map(({ endReason }) => endReason)).toEqual(['start-failed', null]);
  });

  it('goes on at another recorder when one is lost, and ignores what the lost one still says', async () => {
    const first = createRecorder();
    recorders.add(first);
    const client = await stream();
    const second = createRecorder('recorder-2');
    recorders.add(second);
    recorders.remove(first);
    await settle();
    expect(second.started).toHaveLength(1);
    recorders.events.emit('run-ended', first.started[0]?.runId ?? '', 'stalled', 'late');
    expect(stateOf(client)).toBe('recording');
  });

  it('stops the run when the agent stops, and keeps why each run ended', async () => {
    const recorder = createRecorder();
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
    const recorder = createRecorder();
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

  it('begins anew when a run ends while it is still being started', async () => {
    const recorder = createRecorder();
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
    const recorder = createRecorder();
    recorders.add(recorder);
    await stream();
    await coordinator.close();
    expect(recorder.stopped).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});
