import { NO_HASH, createRequester, recorderRequests, type RunOrder } from '@sightline/shared';
import { until } from '../harness/until.ts';
import type { Cast } from './eventMatrix.ts';
import { listenTo } from './hearing.ts';
import type { Outcome } from './outcome.ts';
import { startKeenRecorder } from './recorders.ts';
import type { World } from './world.ts';

const RUN_MS = 30_000;
const LOST_MS = 3_000;
/** It is on disk before it is sent. */
const TOLD_MS = 10_000;

/** A recording misses something of each agent in turn: it is told, and no other. */
export async function losePackets(world: World, { agents }: Cast): Promise<Outcome> {
  const outcome: Outcome = { expected: {}, actual: {} };
  const runs = new Map<string, RunOrder>();
  const recorder = await startKeenRecorder(world, (order) => runs.set(order.sessionId, order));
  const request = createRequester(recorder, recorderRequests);
  for (const [groupId, { sessionId }] of agents) {
    const { runId } = await until('a run of the session', () => runs.get(sessionId), { timeoutMs: RUN_MS });
    const hearings = [...agents.values()].map((agent) => ({ agent, hearing: listenTo(agent.socket) }));
    const toMs = Date.now();
    const lost = { fromMs: toMs - LOST_MS, toMs };
    const size = { bytes: 1, sha256: NO_HASH };
    await request('segment-recorded', {
      runId,
      segment: { index: 0, startMs: lost.fromMs, durationMs: LOST_MS, holes: [lost], ...size },
    });
    const own = hearings.find(({ agent }) => agent.sessionId === sessionId);
    await until('word of the loss', async () => (await own?.hearing.all())?.includes('offer-sent'), {
      timeoutMs: TOLD_MS,
    });
    for (const [index, { agent, hearing }] of hearings.entries()) {
      const who = `agent ${index} about a loss in group ${groupId}`;
      outcome.expected[who] = agent.sessionId === sessionId ? 'offer-sent' : '';
      outcome.actual[who] = (await hearing.all()).join(', ');
    }
  }
  recorder.disconnect();
  return outcome;
}
