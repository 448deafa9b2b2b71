import { setTimeout as delay } from 'node:timers/promises';
import { createCleanup, type Closable } from '@sightline/e2e/harness/cleanup.ts';
import { enrolAll } from '@sightline/e2e/harness/enrolment.ts';
import type { Stack } from '@sightline/e2e/harness/stack.ts';
import type { CapturedStream } from './capture.ts';
import { createReplay, type Replay } from './replay.ts';
import { BENCH_HOST, connectSimulatedAgent, type SimulatedAgent } from './simulatedAgent.ts';

/** People do not come to work in the same second; nor do their agents here. */
const ARRIVAL_INTERVAL_MS = 100;
const TICK_MS = 2;

/** What one agent has sent, for comparison with what is on disk. */
export interface SentFrames {
  sessionId: string;
  /** First and last frame, counted from the start of the endless stream. */
  first: number;
  last: number;
  /** Wall time at which frame 0 was due, or would have been. */
  originMs: number;
}

/** Agents that stream. */
export interface Load extends Closable {
  readonly sessionIds: readonly string[];
  /** By how much a packet was sent later than it was due, at worst so far. */
  readonly latestMs: number;
  /** See {@link SimulatedAgent.sendErrors}; of all agents. */
  readonly sendErrors: number;
  /** Every agent ends its last frame and stops streaming. */
  stop(): Promise<SentFrames[]>;
}

/** Enrols agents, then starts them one after another, their places in the stream spread evenly over it. */
export async function startLoad(options: {
  stack: Stack;
  agents: number;
  stream: CapturedStream;
}): Promise<Load> {
  const { stack, stream, agents: count } = options;
  const cleanup = createCleanup();
  const streamMs = stream.checksums.length * stream.msPerFrame;
  const earliestOriginMs = Date.now() - streamMs;
  const agents: { agent: SimulatedAgent; replay: Replay; originMs: number }[] = [];
  const connected: SimulatedAgent[] = [];
  let latestMs = 0;
  const timer = setInterval(() => {
    const nowMs = Date.now();
    for (const { replay } of agents) latestMs = Math.max(latestMs, replay.sendDue(nowMs));
  }, TICK_MS);
  cleanup.use({ close: () => clearInterval(timer) });
  try {
    const machines = Array.from({ length: count }, (_, number) => ({
      user: `agent-${number}`,
      host: BENCH_HOST,
    }));
    for (const [number, { credential }] of (await enrolAll(stack, machines)).entries()) {
      const ssrc = 1_000_000 + number * 7_919;
      const agent = cleanup.use(
        await connectSimulatedAgent({ url: stack.url, credential, userName: `agent-${number}`, ssrc }),
      );
      const originMs = earliestOriginMs + (number * streamMs) / count;
      const numbering = { ssrc, firstSequenceNumber: number * 601, firstTimestamp: number * 40_000_003 };
      const replay = createReplay(stream, {
        numbering,
        originMs,
        startMs: Date.now(),
        send: (header, payload) => agent.send(header, payload),
      });
      connected.push(agent);
      agents.push({ agent, replay, originMs });
      await delay(ARRIVAL_INTERVAL_MS);
    }
  } catch (error) {
    await cleanup.close();
    throw error;
  }
  return {
    sessionIds: connected.map(({ sessionId }) => sessionId),
    get sendErrors() {
      return connected.reduce((sum, agent) => sum + agent.sendErrors, 0);
    },
    get latestMs() {
      return latestMs;
    },
    async stop() {
      const sent: SentFrames[] = [];
      for (let next = agents.shift(); next !== undefined; next = agents.shift()) {
        const { agent, replay, originMs } = next;
        replay.finishFrame();
        await agent.stopStreaming();
        if (replay.sent === undefined) throw new Error('An agent has sent nothing.');
        sent.push({ sessionId: agent.sessionId, ...replay.sent, originMs });
      }
      return sent;
    },
    close: () => cleanup.close(),
  };
}
