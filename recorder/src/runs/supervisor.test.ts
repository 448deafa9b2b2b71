import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ProtocolError,
  type ManifestEntry,
  type RunOrder,
  type RunStats,
  type Segment,
} from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createFakeEngine, type FakeEngine } from '../ffmpeg/fakeEngine.ts';
import { createOpenRuns } from '../store/openRuns.ts';
import { createManifests, manifestPathOf } from '../evidence/manifests.ts';
import { readManifest } from '../evidence/manifestReader.ts';
import { createTestKey } from '../evidence/testKey.ts';
import { createLocalSegmentStore } from '../store/localSegmentStore.ts';
import { runFolderOf } from '../store/runFolder.ts';
import { createRunInstance } from './runInstance.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';

const START_MS = 1_700_000_000_000;
const order: RunOrder = {
  runId: 'run-1',
  companyId: 'acme',
  userId: 'zoe',
  userName: 'Zoe',
  hostName: 'ws-1',
  sessionId: 'session',
  sessionStartedAtMs: START_MS,
  trackId: 'display-1',
  label: 'Display 1',
  rtpParameters: { codecs: [{ mimeType: 'video/H264', payloadType: 103, clockRate: 90_000 }] },
};
const TRACK = runFolderOf(order).split('/').slice(0, -1).join('/');

describe('the supervisor', () => {
  let dir: string;
  let clock: ManualClock;
  let engine: FakeEngine;
  let supervisor: Supervisor;
  let announced: Segment[];
  let ends: { runId: string; reason: string; message: string }[];
  let adopted: string[];
  let runStats: RunStats | 'unknown-run';
  let happened: () => void;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-supervisor-'));
    clock = createManualClock(START_MS);
    engine = createFakeEngine();
    announced = [];
    ends = [];
    adopted = [];
    runStats = { packetsSent: 0, pictureMs: 0 };
    happened = () => undefined;
    const logger = createLogger('test', 'silent');
    const openRuns = await createOpenRuns(join(dir, 'open'), logger);
    const manifests = createManifests({
      recordingsDir: dir,
      recorderId: 'recorder',
      sealKey: createTestKey(),
      clock,
      logger,
    });
    const store = createLocalSegmentStore({ recordingsDir: dir });
    supervisor = createSupervisor({
      createInstance: (given, onSegment) =>
        createRunInstance(given, {
          engine,
          recordingsDir: dir,
          openRuns,
          store,
          manifests,
          segmentSeconds: 6,
          clock,
          logger,
          onSegment,
          runStats: () => Promise.resolve(runStats),
          requestKeyFrame: () => Promise.resolve(),
        }),
      announce: (_runId, segment) => {
        announced.push(segment);
        happened();
      },
      flush: (runId) => openRuns.remove(runId),
      adopt: async (runId) => void adopted.push(runId),
      reportEnd: async (runId, { reason, message }) => {
        ends.push({ runId, reason, message });
        happened();
      },
      clock,
      logger,
    });
  });
  afterEach(async () => {
    await supervisor.endAll('the test is over');
    await rm(dir, { recursive: true });
  });

  const next = (): Promise<void> => new Promise((resolve) => (happened = resolve));
  /** A second passes for the run, a moment for its files. */
  const round = async (): Promise<void> => {
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  };
  /** What is on record, without the seals. */
  const entries = async (): Promise<ManifestEntry[]> => {
    const manifest = await readManifest(manifestPathOf(dir, order));
    return (manifest?.entries ?? []).filter(({ type }) => type !== 'seal');
  };

  it('acknowledges a start with the ports on which ffmpeg listens', async () => {
    const destination = await supervisor.start(order);
    expect(destination).toEqual({ host: '127.0.0.1', rtpPort: 20_002, rtcpPort: 30_001 });
    expect(supervisor.isRecording(TRACK)).toBe(true);
    expect(await entries()).toMatchObject([
      { type: 'begin', userName: 'Zoe', hostName: 'ws-1' },
      { type: 'run', runId: 'run-1', codec: 'video/H264', source: 'live', audio: false },
    ]);
    expect(await readdir(join(dir, 'open'))).toEqual(['run-1.json']);
  });

  it('announces a segment when it is durable, timed by its key frames', async () => {
    await supervisor.start(order);
    supervisor.addKeyFrame('run-1', { rtpTimestamp: 4_294_900_000, atMs: START_MS + 20 });
    supervisor.addKeyFrame('run-1', {
      rtpTimestamp: (4_294_900_000 + 540_000) % 2 ** 32,
      atMs: START_MS + 6_045,
    });
    await engine.writePart(0, [0, 3_000, 537_000]);
    await engine.writePart(1, [540_000]);
    const announcement = next();
    clock.advance(1_000);
    await announcement;
    expect(announced).toMatchObject([{ index: 0, startMs: START_MS + 20, durationMs: 6_000 }]);
    const media = await readFile(join(dir, runFolderOf(order), `000000-${START_MS + 20}-6000.ts`));
    const sha256 = createHash('sha256').update(media).digest('hex');
    expect(announced).toMatchObject([{ bytes: media.length, sha256 }]);
    expect((await entries()).at(-1)).toMatchObject({ type: 'segment', index: 0, sha256 });
    expect(await readFile(join(dir, 'open', 'run-1.json'), 'utf8')).toContain(`"anchorMs":${START_MS + 20}`);
  });

  it('has the register say that something was lost until the manifest says what', async () => {
    const register = (): Promise<string> => readFile(join(dir, 'open', 'run-1.json'), 'utf8');
    await supervisor.start(order);
    supervisor.addKeyFrame('run-1', { rtpTimestamp: 0, atMs: START_MS });
    supervisor.addKeyFrame('run-1', { rtpTimestamp: 540_000, atMs: START_MS + 6_000 });
    await engine.writePart(0, [0, 3_000]);
    await round();
    engine.lose();
    while (!(await register()).includes('"lostFrom":0')) await round();
    await engine.writePart(0, [0, 3_000, 270_000, 537_000]);
    await engine.writePart(1, [540_000, 543_000, 546_000]);
    while (announced.length === 0) await round();
    expect(announced[0]?.holes).toHaveLength(1);
    while ((await register()).includes('lostFrom')) await round();
  });

  it('makes the tail a segment before a stop is acknowledged, and reports no end', async () => {
    await supervisor.start(order);
    supervisor.addKeyFrame('run-1', { rtpTimestamp: 1, atMs: START_MS });
    await engine.writePart(0, [0, 90_000]);
    await supervisor.stop('run-1');
    expect(announced).toMatchObject([{ index: 0, startMs: START_MS, durationMs: 1_033 }]);
    expect((await entries()).at(-1)).toMatchObject({ type: 'run-end', reason: 'stopped' });
    expect(ends).toEqual([]);
    expect(await readdir(join(dir, 'open'))).toEqual([]);
    expect(supervisor.isRecording(TRACK)).toBe(false);
  });

  it('lets the last picture stand for as long as the sfu says, but for no shorter than it did', async () => {
    await supervisor.start(order);
    supervisor.addKeyFrame('run-1', { rtpTimestamp: 1, atMs: START_MS });
    await engine.writePart(0, [0, 90_000]);
    await supervisor.stop('run-1', START_MS + 4_000);
    await supervisor.start({ ...order, runId: 'run-2' });
    supervisor.addKeyFrame('run-2', { rtpTimestamp: 1, atMs: START_MS + 5_000 });
    await engine.writePart(0, [0, 90_000]);
    await supervisor.stop('run-2', START_MS + 5_500);
    expect(announced).toMatchObject([{ durationMs: 4_000 }, { durationMs: 1_033 }]);
  });

  it('guesses nothing of the last picture of an ffmpeg that had to be killed', async () => {
    await supervisor.start(order);
    supervisor.addKeyFrame('run-1', { rtpTimestamp: 1, atMs: START_MS });
    await engine.writePart(0, [0, 90_000]);
    engine.stopsBy = 'force';
    await supervisor.stop('run-1', START_MS + 4_000);
    expect(announced).toMatchObject([{ durationMs: 1_033 }]);
  });

  it('reports once that ffmpeg ended, with its last words, after the tail', async () => {
    await supervisor.start(order);
    supervisor.addKeyFrame('run-1', { rtpTimestamp: 1, atMs: START_MS });
    await engine.writePart(0, [0, 90_000]);
    const tail = next();
    engine.exit('ffmpeg exited with code 1: no space');
    await tail;
    expect(ends).toEqual([]);
    await next();
    engine.exit('again');
    await round();
    expect(ends).toEqual([
      { runId: 'run-1', reason: 'ffmpeg-exited', message: 'ffmpeg exited with code 1: no space' },
    ]);
    await expect(supervisor.stop('run-1')).rejects.toMatchObject({ code: 'unknown-run' });
  });

  it('says of an ffmpeg that found no space why it ended', async () => {
    await supervisor.start(order);
    const over = next();
    engine.exit('av_interleaved_write_frame(): No space left on device');
    await over;
    expect(ends).toMatchObject([{ reason: 'disk-full' }]);
  });

  it('has a run adopted whose end cannot be written', async () => {
    await supervisor.start(order);
    await engine.writePart(0, [0, 90_000]);
    await rm(join(dir, runFolderOf(order)), { recursive: true });
    await writeFile(join(dir, runFolderOf(order)), '');
    await supervisor.stop('run-1');
    expect(adopted).toEqual(['run-1']);
    expect(announced).toEqual([]);
  });

  it('ends a run to which nothing comes any more as silent', async () => {
    await supervisor.start(order);
    const over = next();
    engine.starve();
    await over;
    expect(ends).toEqual([{ runId: 'run-1', reason: 'silent', message: 'No packets came any more.' }]);
  });

  it('ends a run to which packets go and whose file does not grow', async () => {
    await supervisor.start(order);
    for (let sent = 60; ends.length === 0; sent += 60) {
      runStats = { packetsSent: sent, pictureMs: 0 };
      await round();
    }
    expect(ends).toMatchObject([{ reason: 'stalled' }]);
  });

  it('does not end a run whose ffmpeg waits for the disk, before it has woken up', async () => {
    await supervisor.start(order);
    engine.waitsForDisk = true;
    for (let second = 0; second < 30; second += 1) {
      runStats = { packetsSent: second, pictureMs: 0 };
      await round();
    }
    expect(supervisor.size).toBe(1);
    engine.waitsForDisk = false;
    for (let sent = 60; ends.length === 0; sent += 60) {
      runStats = { packetsSent: sent, pictureMs: 0 };
      await round();
    }
    expect(ends).toMatchObject([{ reason: 'stalled' }]);
  });

  it('reports an end after 10 s, and once, if the disk hangs', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    engine.stopsAfter = promise;
    await supervisor.start(order);
    for (let sent = 60; ends.length === 0; sent += 60) {
      runStats = { packetsSent: sent, pictureMs: 0 };
      await round();
    }
    expect(ends).toMatchObject([{ reason: 'stalled' }]);
    expect(supervisor.size).toBe(1);
    resolve();
    while (supervisor.size > 0) await round();
    await supervisor.endAll('the test is over');
    expect(ends).toHaveLength(1);
    expect((await entries()).at(-1)).toMatchObject({ type: 'run-end', reason: 'stalled' });
  });

  it('ends a run, without a report, that the sfu has forgotten', async () => {
    await supervisor.start(order);
    runStats = 'unknown-run';
    while (supervisor.size > 0) await round();
    expect(ends).toEqual([]);
    expect((await entries()).at(-1)).toMatchObject({ type: 'run-end', reason: 'recorder-lost' });
  });

  it('refuses a start that fails, and reports it no second time', async () => {
    engine.failure = new ProtocolError('media-unavailable', 'ffmpeg does not listen');
    await expect(supervisor.start(order)).rejects.toMatchObject({ code: 'media-unavailable' });
    await supervisor.endAll('done');
    expect(supervisor.size).toBe(0);
    expect(ends).toEqual([]);
    expect((await entries()).at(-1)).toMatchObject({ type: 'run-end', reason: 'start-failed' });
  });

  it('refuses the id of a run that is going on', async () => {
    await supervisor.start(order);
    await expect(supervisor.start(order)).rejects.toMatchObject({ code: 'bad-payload' });
    expect(engine.jobs).toHaveLength(1);
  });

  it('lets a stop during the start wait for it', async () => {
    const starting = supervisor.start(order);
    await supervisor.stop('run-1');
    await expect(starting).resolves.toMatchObject({ host: '127.0.0.1' });
    expect(supervisor.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('ends everything when it is closed, and begins nothing that nobody would end', async () => {
    const starting = supervisor.start(order);
    const closing = supervisor.close('The recorder is shutting down.');
    await expect(supervisor.start({ ...order, runId: 'run-2' })).rejects.toMatchObject({
      code: 'media-unavailable',
    });
    await starting;
    await closing;
    expect(supervisor.size).toBe(0);
    expect(engine.jobs).toHaveLength(1);
    expect((await entries()).at(-1)).toMatchObject({ type: 'run-end', reason: 'recorder-lost' });
  });

  it('ends everything without reports when the sfu is lost', async () => {
    await supervisor.start(order);
    await supervisor.start({ ...order, runId: 'run-2' });
    await supervisor.endAll('gone');
    expect(supervisor.size).toBe(0);
    expect(ends).toEqual([]);
    expect((await entries()).at(-1)).toMatchObject({ type: 'run-end', reason: 'recorder-lost' });
  });
});
