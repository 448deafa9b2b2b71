import { setTimeout as delay } from 'node:timers/promises';
import { oneOf } from '@sightline/e2e/harness/random.ts';
import { monotonicMs } from '../lib/monotonic.ts';
import type { BenchAgent } from './benchAgent.ts';
import type { Change } from './broadcast.ts';

/** After the last change: for it to be made, and undone. */
const SETTLE_MS = 3_000;

/** An agent that can change in one way. */
export interface Changing {
  /** Makes its changes and tells of them; resolves when it may change again. */
  change(record: (change: Change) => void): Promise<void>;
}

/** An agent that loses its connection, and comes back by itself. */
export function dropping(agent: BenchAgent): Changing {
  const presence = (value: string, atMs: number): Change => ({
    clientId: agent.deviceId,
    aspect: 'presence',
    value,
    atMs,
  });
  return {
    async change(record) {
      const returned = agent.returned();
      record(presence('reconnecting', agent.drop()));
      record(presence('online', await returned));
    },
  };
}

/** An agent whose user interrupts the session, and goes on with it the next time. Opens a session for it. */
export async function pausing({ connection, deviceId }: BenchAgent): Promise<Changing> {
  await connection.request('start-streaming', {});
  let paused = false;
  return {
    async change(record) {
      paused = !paused;
      record({ clientId: deviceId, aspect: 'paused', value: String(paused), atMs: monotonicMs() });
      await connection.request(paused ? 'pause-streaming' : 'resume-streaming', {});
    },
  };
}

/**
 * Has random agents change, at moments that do not depend on each other (a Poisson process).
 *
 * @returns what changed, and when.
 */
export async function churn(
  agents: readonly Changing[],
  options: { random: () => number; perSecond: number; durationMs: number },
): Promise<Change[]> {
  const { random, perSecond } = options;
  const changes: Change[] = [];
  const idle = new Set(agents);
  const failures: unknown[] = [];
  const untilMs = monotonicMs() + options.durationMs;
  let nextMs = monotonicMs();
  while (nextMs < untilMs) {
    await delay(Math.max(0, nextMs - monotonicMs()));
    const agent = oneOf(random, [...idle]);
    if (agent !== undefined) {
      idle.delete(agent);
      agent
        .change((change) => changes.push(change))
        .then(
          () => idle.add(agent),
          (error: unknown) => failures.push(error),
        );
    }
    nextMs += (-Math.log(1 - random()) / perSecond) * 1_000;
  }
  await delay(SETTLE_MS);
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} agents could not change.`);
  return changes;
}
