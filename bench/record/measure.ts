import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createCleanup, type Cleanup } from '@sightline/e2e/harness/cleanup.ts';
import { listSessions } from '@sightline/e2e/harness/product.ts';
import { startStack, type Stack } from '@sightline/e2e/harness/stack.ts';
import { until } from '@sightline/e2e/harness/until.ts';
import type { RecordedSession } from '@sightline/shared';
import { machine } from '../lib/machine.ts';
import { readUsage, type Shares, type Usage } from '../lib/usage.ts';
import type { CapturedStream } from './capture.ts';
import { countFrames, type FrameCount } from './framesOnDisk.ts';
import { startLoad, type SentFrames } from './load.ts';
import { readRun, runFoldersBySession } from './recordedFrames.ts';

const IDLE_MS = 10_000;
const MEASURED_MS = 60_000;
/** Every agent waits for a key frame, and then for its first segment. */
const WARM_UP_TIMEOUT_MS = 60_000;
const END_TIMEOUT_MS = 60_000;

/** A figure by the processes that it is made of. */
export interface ByProcess {
  sfu: number;
  workers: number;
  recorder: number;
  ffmpegs: number;
}

/** The result for one number of agents. */
export interface RecordRun {
  agents: number;
  framesOnDiskRatio: number;
  /** Per cent of one core. */
  cpuPercentPerStream: number;
  memoryMiBPerStream: number;
  measuredSeconds: number;
  cpuPercent: ByProcess;
  memoryMiB: ByProcess;
  /** The same services before the first agent came; part of the figures above. */
  idle: { cpuPercent: ByProcess; memoryMiB: ByProcess };
  frames: FrameCount;
  /** Recorder runs by the reason of their end: anything but `stopped` is a recording that had to be begun again. */
  recordingRuns: Record<string, number>;
  /** By how much the load generator sent a packet too late, at worst. */
  latestPacketMs: number;
  /** Packets that the load generator could not send. */
  sendErrors: number;
}

/** Records `agents` simulated agents with services of their own, and measures. */
export async function measureRecording(
  cleanup: Cleanup,
  stream: CapturedStream,
  agents: number,
): Promise<RecordRun> {
  const own = cleanup.use(createCleanup());
  try {
    const stack = own.use(
      await startStack({ sfuMain: join(import.meta.dirname, 'sfuMain.ts'), workers: machine.cores }),
    );
    const idle = await measure(stack, IDLE_MS);
    const load = own.use(await startLoad({ stack, agents, stream }));
    await allOnDisk(stack, load.sessionIds);
    const busy = await measure(stack, MEASURED_MS);
    const sent = await load.stop();
    const recordingRuns = await allEnded(stack, agents);
    const frames = await countAll(stream, sent, join(stack.dataDir, 'recordings'));
    return {
      agents,
      framesOnDiskRatio: frames.onDisk / frames.sent,
      cpuPercentPerStream: round(sum(busy.cpuPercent) / agents),
      memoryMiBPerStream: round(sum(busy.memoryMiB) / agents),
      measuredSeconds: busy.seconds,
      cpuPercent: busy.cpuPercent,
      memoryMiB: busy.memoryMiB,
      idle: { cpuPercent: idle.cpuPercent, memoryMiB: idle.memoryMiB },
      frames,
      recordingRuns,
      latestPacketMs: Math.round(load.latestMs),
      sendErrors: load.sendErrors,
    };
  } finally {
    await own.close();
  }
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000;
const sum = (parts: ByProcess): number => parts.sfu + parts.workers + parts.recorder + parts.ffmpegs;

function byProcess(sfu: Shares, recorder: Shares): ByProcess {
  return {
    sfu: round(sfu.own),
    workers: round(sfu.children),
    recorder: round(recorder.own),
    ffmpegs: round(recorder.children),
  };
}

async function measure(
  stack: Stack,
  durationMs: number,
): Promise<{ seconds: number; cpuPercent: ByProcess; memoryMiB: ByProcess }> {
  const read = async (): Promise<{ atMs: number; sfu: Usage; recorder: Usage }> => {
    if (stack.recorder === undefined) throw new Error('The stack has no recorder.');
    const [sfu, recorder] = await Promise.all([readUsage(stack.sfu.pid), readUsage(stack.recorder.pid)]);
    return { atMs: performance.now(), sfu, recorder };
  };
  const before = await read();
  await delay(durationMs);
  const after = await read();
  const seconds = (after.atMs - before.atMs) / 1_000;
  const percent = (from: Usage, to: Usage): Shares => ({
    own: ((to.cpuSeconds.own - from.cpuSeconds.own) / seconds) * 100,
    children: ((to.cpuSeconds.children - from.cpuSeconds.children) / seconds) * 100,
  });
  return {
    seconds: round(seconds),
    cpuPercent: byProcess(percent(before.sfu, after.sfu), percent(before.recorder, after.recorder)),
    memoryMiB: byProcess(after.sfu.memoryMib, after.recorder.memoryMib),
  };
}

const runsOf = (session: RecordedSession) => session.tracks.flatMap((track) => track.runs);

/** Resolves when something of every session is durable. */
async function allOnDisk(stack: Stack, sessionIds: readonly string[]): Promise<void> {
  await until(
    'the first segment of every agent',
    async () => {
      const recorded = (await listSessions(stack)).filter((session) =>
        runsOf(session).some((run) => run.recordedMs > 0),
      );
      return recorded.length === sessionIds.length;
    },
    { timeoutMs: WARM_UP_TIMEOUT_MS, intervalMs: 1_000 },
  );
}

/** Resolves when every recording is complete, with the number of runs by the reason of their end. */
async function allEnded(stack: Stack, agents: number): Promise<Record<string, number>> {
  const runs = await until(
    'the end of every recording',
    async () => {
      const listed = (await listSessions(stack)).flatMap(runsOf);
      return listed.length >= agents && listed.every((run) => run.endedAtMs !== null) && listed;
    },
    { timeoutMs: END_TIMEOUT_MS, intervalMs: 1_000 },
  );
  const reasons: Record<string, number> = {};
  for (const { endReason } of runs)
    reasons[endReason ?? 'unknown'] = (reasons[endReason ?? 'unknown'] ?? 0) + 1;
  return reasons;
}

async function countAll(
  stream: CapturedStream,
  sent: readonly SentFrames[],
  recordingsDir: string,
): Promise<FrameCount> {
  const folders = await runFoldersBySession(recordingsDir);
  const frames: FrameCount = { sent: 0, onDisk: 0, wrong: 0 };
  for (const ofAgent of sent) {
    const runs = [];
    for (const folder of folders.get(ofAgent.sessionId) ?? []) runs.push(await readRun(folder));
    const count = countFrames(stream, ofAgent, runs);
    frames.sent += count.sent;
    frames.onDisk += count.onDisk;
    frames.wrong += count.wrong;
  }
  return frames;
}
