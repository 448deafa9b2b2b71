import { setTimeout as delay } from 'node:timers/promises';
import { createCleanup, type Cleanup } from '@sightline/e2e/harness/cleanup.ts';
import { percentile } from '@sightline/e2e/harness/frameSummary.ts';
import { startStack, type Stack } from '@sightline/e2e/harness/stack.ts';
import { machine } from '../lib/machine.ts';
import { readUsage } from '../lib/usage.ts';
import { broadcastTimes } from './broadcast.ts';
import type { Lag } from './fleetProtocol.ts';
import { openAgentFleets, openViewerFleet } from './fleets.ts';

const VIEWERS = 20;
const CHANGES_PER_SECOND = 50;
const CHURN_MS = 30_000;
/** Memory is quiet when it moves by no more than this in a second's time. */
const QUIET_MIB = 1;
const QUIET_INTERVAL_MS = 5_000;
const QUIET_TIMEOUT_MS = 60_000;

/** What it takes to know who is there. */
export interface PresenceFigures {
  agents: number;
  viewers: number;
  /** From an agent's change to the last viewer's knowing of it. */
  broadcastMs: { p50: number; p99: number; max: number };
  changes: number;
  /** Changes that not every viewer saw. */
  unseen: number;
  /** Growth of the sfu's proportional set size. */
  kibPerAgent: number;
  loadLag: { agents: Lag[]; viewers: Lag };
}

/** Connects agents that send no media, and viewers that see them all, and has agents change. */
export async function measurePresence(cleanup: Cleanup, agents: number): Promise<PresenceFigures> {
  const own = cleanup.use(createCleanup());
  try {
    const stack = own.use(await startStack({ workers: machine.cores, recorder: false }));
    await stack.api('GET', '/api/v1/companies');
    const emptyMib = await quietMib(stack);
    const fleets = await openAgentFleets(own, stack, { count: agents, media: false });
    const fullMib = await quietMib(stack);
    const viewers = await openViewerFleet(own, stack, VIEWERS);
    const perSecond = CHANGES_PER_SECOND / fleets.length;
    const churned = await Promise.all(
      fleets.map((fleet, seed) => fleet.request('churn', { seed, perSecond, durationMs: CHURN_MS })),
    );
    const { sightings, lag } = await viewers.request('sightings', {});
    const changes = churned.flatMap((fleet) => fleet.changes);
    const { broadcastMs, unseen } = broadcastTimes(changes, sightings, VIEWERS);
    return {
      agents,
      viewers: VIEWERS,
      broadcastMs: {
        p50: round(percentile(broadcastMs, 0.5)),
        p99: round(percentile(broadcastMs, 0.99)),
        max: round(Math.max(...broadcastMs)),
      },
      changes: changes.length,
      unseen,
      kibPerAgent: round(((fullMib - emptyMib) * 1_024) / agents),
      loadLag: { agents: churned.map((fleet) => fleet.lag), viewers: lag },
    };
  } finally {
    await own.close();
  }
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** The proportional set size of the sfu's own process, once it does not move any more. */
async function quietMib(stack: Stack): Promise<number> {
  const read = async (): Promise<number> => (await readUsage(stack.sfu.pid)).memoryMib.own;
  let beforeMib = await read();
  for (let waitedMs = 0; waitedMs < QUIET_TIMEOUT_MS; waitedMs += QUIET_INTERVAL_MS) {
    await delay(QUIET_INTERVAL_MS);
    const nowMib = await read();
    if (Math.abs(nowMib - beforeMib) <= QUIET_MIB) return nowMib;
    beforeMib = nowMib;
  }
  return beforeMib;
}
