import { readdir, readlink, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createCleanup, type Cleanup } from '@sightline/e2e/harness/cleanup.ts';
import { enrolAll } from '@sightline/e2e/harness/enrolment.ts';
import { recordingFfmpegs } from '@sightline/e2e/harness/processes.ts';
import { findSession } from '@sightline/e2e/harness/product.ts';
import { startStack, type Stack } from '@sightline/e2e/harness/stack.ts';
import { until } from '@sightline/e2e/harness/until.ts';
import { decodeTrackFolder, sessionLedger } from '@sightline/shared';
import { createBenchAgent } from '../reconnect/benchAgent.ts';
import { lightFeed } from '../reconnect/packetFeed.ts';
import { startStreamingAgent, type StreamingAgent } from '../reconnect/streamingAgent.ts';
import type { CapturedStream } from '../record/capture.ts';
import { recogniseFrames } from '../record/framesOnDisk.ts';
import { readRun, runFoldersBySession } from '../record/recordedFrames.ts';
import { tryPlaying, type Playability } from './decode.ts';
import { endlessFeed } from './endlessStream.ts';
import type { RecordingSystem, StreamRecording } from './system.ts';

const READY_TIMEOUT_MS = 60_000;
const END_TIMEOUT_MS = 60_000;
const HOST = 'bench';

interface Stream extends StreamingAgent {
  originMs: number;
}

/** The product: its sfu and its recorder as they are run, and agents that send the captured stream as plain RTP. */
export async function startSightline(
  cleanup: Cleanup,
  { stream, streams }: { stream: CapturedStream; streams: number },
): Promise<RecordingSystem> {
  const own = cleanup.use(createCleanup());
  const stack = own.use(
    await startStack({ sfuMain: join(import.meta.dirname, '../record/sfuMain.ts'), workers: 1 }),
  );
  const recordingsDir = join(stack.dataDir, 'recordings');
  const streamMs = stream.checksums.length * stream.msPerFrame;
  const names = Array.from({ length: streams }, (_, number) => ({ user: `user-${number}`, host: HOST }));
  const agents: Stream[] = [];
  for (const [number, enrolment] of (await enrolAll(stack, names)).entries()) {
    const originMs = Date.now() - streamMs + (number * streamMs) / streams;
    const agent = own.use(createBenchAgent(stack.url, enrolment));
    const streaming = await startStreamingAgent(agent, {
      number,
      machine: { userName: `user-${number}`, hostName: HOST, os: 'Linux' },
      feedOf: (source) => (source === 'full' ? endlessFeed(stream, originMs) : lightFeed),
    });
    own.use({ close: () => streaming.endMedia() });
    agents.push(Object.assign(streaming, { originMs }));
  }
  const sessionOf = (number: number): string => agents[number]?.sessionId ?? '';

  return {
    async recording(numbers) {
      const sessions = numbers.map(sessionOf);
      await until(
        `the recording of ${sessions.join(', ')}`,
        async () => {
          const written = await writtenSessions(stack, recordingsDir);
          return sessions.every((sessionId) => written.has(sessionId));
        },
        { timeoutMs: READY_TIMEOUT_MS },
      );
    },
    async kill({ victim, stream: number }) {
      const atMs = Date.now();
      if (victim === 'sfu') await stack.restartSfu('SIGKILL');
      else if (victim === 'recorder') {
        const killed = stack.recorder;
        if (killed === undefined) throw new Error('The stack has no recorder.');
        process.kill(killed.pid, 'SIGKILL');
        await killed.exited;
        await stack.startRecorder();
      } else {
        const pid = (await writtenSessions(stack, recordingsDir)).get(sessionOf(number));
        if (pid === undefined) throw new Error(`Nothing records stream ${number}.`);
        process.kill(pid, 'SIGKILL');
      }
      return atMs;
    },
    async finish() {
      for (const { agent } of agents) await agent.connection.request('stop-streaming', {});
      await ended(stack, agents);
      return Promise.all(agents.map((agent) => readRecording(stack, recordingsDir, stream, agent)));
    },
    close: () => own.close(),
  };
}

/** The sessions of which an ffmpeg has written something since it was started, and its pid. */
async function writtenSessions(stack: Stack, recordingsDir: string): Promise<Map<string, number>> {
  const sessions = new Map<string, number>();
  for (const pid of await recordingFfmpegs(stack.dataDir)) {
    try {
      const folder = await readlink(`/proc/${pid}/cwd`);
      const track = decodeTrackFolder(relative(recordingsDir, join(folder, '..')));
      if (track !== undefined && (await hasMedia(folder))) sessions.set(track.sessionId, pid);
    } catch (error) {
      // It has ended meanwhile.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return sessions;
}

async function hasMedia(runFolder: string): Promise<boolean> {
  for (const name of await readdir(runFolder)) {
    if (name.endsWith('.ts') && (await stat(join(runFolder, name))).size > 0) return true;
  }
  return false;
}

/** Resolves when nothing of the sessions is under way any more. */
async function ended(stack: Stack, agents: readonly Stream[]): Promise<void> {
  for (const { sessionId } of agents) {
    await until(
      `the end of session ${sessionId}`,
      async () => {
        const { endedAtMs, tracks } = await findSession(stack, sessionId);
        return endedAtMs !== null && tracks.every(({ runs }) => runs.every((run) => run.endedAtMs !== null));
      },
      { timeoutMs: END_TIMEOUT_MS, intervalMs: 500 },
    );
  }
}

async function readRecording(
  stack: Stack,
  recordingsDir: string,
  stream: CapturedStream,
  { sessionId, originMs }: Stream,
): Promise<StreamRecording> {
  const folders = (await runFoldersBySession(recordingsDir)).get(sessionId) ?? [];
  const found: Record<Playability, string[]> = { whole: [], flawed: [], unplayable: [] };
  const runs = [];
  for (const folder of folders) {
    runs.push(await readRun(folder));
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (name.endsWith('.ts')) found[await tryPlaying(path)].push(relative(recordingsDir, path));
    }
  }
  const sent = { first: 0, last: Number.POSITIVE_INFINITY, originMs };
  const { onDisk } = recogniseFrames(stream, sent, runs);
  const { startedAtMs, endedAtMs, tracks } = sessionLedger.parse(
    await stack.api('GET', `/api/v1/sessions/${sessionId}/ledger`),
  );
  const session = { fromMs: startedAtMs, toMs: endedAtMs ?? 0 };
  const ledger = { session, spans: tracks[0]?.spans ?? [] };
  const { unplayable, flawed } = found;
  return { originMs, msPerFrame: stream.msPerFrame, onDisk, unplayable, flawed, ledger };
}
