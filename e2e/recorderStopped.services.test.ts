import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { recordingFfmpegs } from './harness/processes.ts';
import { createTempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { startFakeSfu, type FakeSfu, type RecordedRun } from './recorder/fakeSfu.ts';
import { manifestFaults, readManifest } from './recorder/manifest.ts';
import { startRecorder } from './recorder/startRecorder.ts';

const STOPPED_MS = 8_000;

describe('a recorder that stands still for a while', () => {
  let cleanup: Cleanup;
  let dataDir: string;

  beforeEach(async () => {
    cleanup = createCleanup();
    dataDir = cleanup.use(await createTempDir('recorder-stopped')).path;
  });
  afterEach(() => cleanup.close());

  /** Stops the recorder in the middle of a run; resolves when it goes on, with the time at which it does. */
  const standStill = async (sfu: FakeSfu): Promise<{ recorded: RecordedRun; resumedAtMs: number }> => {
    const recorder = await startRecorder({ cleanup, sfu, dataDir });
    const recorded = await sfu.startRun('H264');
    await until('a segment', () => recorded.segments.length > 0, { timeoutMs: 15_000 });
    process.kill(recorder.pid, 'SIGSTOP');
    await delay(STOPPED_MS);
    process.kill(recorder.pid, 'SIGCONT');
    return { recorded, resumedAtMs: Date.now() };
  };

  /** Everything up to a time is announced, without a hole. */
  const expectWhole = async (sfu: FakeSfu, { runId }: RecordedRun, untilMs: number): Promise<void> => {
    const segments = await until(
      'what was recorded meanwhile',
      () => {
        const all = sfu.segmentsOf(runId);
        const last = all.at(-1);
        return last !== undefined && last.startMs + last.durationMs > untilMs && all;
      },
      { timeoutMs: 15_000 },
    );
    for (const [at, { startMs }] of segments.entries()) {
      const before = segments[at - 1];
      if (before !== undefined) expect(startMs).toBe(before.startMs + before.durationMs);
    }
  };

  it('catches up with its ffmpeg, and the run goes on', async () => {
    const sfu = cleanup.use(await startFakeSfu());
    const { recorded, resumedAtMs } = await standStill(sfu);
    await expectWhole(sfu, recorded, resumedAtMs + 1_000);
    expect(recorded.end).toBeUndefined();
    await sfu.command('stop-run', { runId: recorded.runId });
    expect(await manifestFaults(dataDir, await readManifest(dataDir, sfu.track), sfu.seals())).toEqual([]);
  });

  it('ends the run with all that was recorded if the sfu has given it up', async () => {
    const sfu = cleanup.use(await startFakeSfu({ silenceMs: 2_000 }));
    const { recorded, resumedAtMs } = await standStill(sfu);
    await expectWhole(sfu, recorded, resumedAtMs - 1_000);
    await until('the end of ffmpeg', async () => (await recordingFfmpegs(dataDir)).length === 0, {
      timeoutMs: 10_000,
    });
    // It is entered a moment after its ffmpeg is gone.
    const ends = await until(
      'the end of the run',
      async () => {
        const entries = await readManifest(dataDir, sfu.track);
        const found = entries.filter(({ type }) => type === 'run-end');
        return found.length > 0 && found;
      },
      { timeoutMs: 10_000 },
    );
    expect(ends).toMatchObject([{ reason: 'recorder-lost' }]);
    await until('a successor', () => sfu.startRun('H264').catch(() => undefined), { timeoutMs: 10_000 });
  });
});
