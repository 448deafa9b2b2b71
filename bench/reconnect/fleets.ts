import { join } from 'node:path';
import { startChild, type Child } from '@sightline/e2e/harness/childProcess.ts';
import type { Cleanup } from '@sightline/e2e/harness/cleanup.ts';
import { enrolAll } from '@sightline/e2e/harness/enrolment.ts';
import type { Stack } from '@sightline/e2e/harness/stack.ts';
import { agentFleetRequests, viewerFleetRequests, type FleetAgent } from './fleetProtocol.ts';

const AGENT_PROCESSES = 2;
const HOST = 'bench';

/** A process full of agents. */
export type AgentFleet = Child<typeof agentFleetRequests>;
/** A process full of viewers. */
export type ViewerFleet = Child<typeof viewerFleetRequests>;

/** Enrols so many agents, and connects them from processes of their own. */
export async function openAgentFleets(
  cleanup: Cleanup,
  stack: Stack,
  { count, media }: { count: number; media: boolean },
): Promise<AgentFleet[]> {
  const machines = Array.from({ length: count }, (_, number) => ({ user: `user-${number}`, host: HOST }));
  const enrolments = await enrolAll(stack, machines);
  const agents: FleetAgent[] = enrolments.map((enrolment, number) => ({
    number,
    enrolment,
    machine: { userName: `user-${number}`, hostName: HOST, os: 'Linux' },
  }));
  return Promise.all(
    Array.from({ length: AGENT_PROCESSES }, async (_, place) => {
      const fleet = cleanup.use(
        await startChild(join(import.meta.dirname, 'agentFleetMain.ts'), agentFleetRequests),
      );
      const own = agents.filter(({ number }) => number % AGENT_PROCESSES === place);
      await fleet.request('open', { url: stack.url, agents: own, media });
      return fleet;
    }),
  );
}

/** Signs so many viewers in and opens their dashboards' connections from one process of its own. */
export async function openViewerFleet(cleanup: Cleanup, stack: Stack, count: number): Promise<ViewerFleet> {
  const cookies: string[] = [];
  while (cookies.length < count) {
    const { name, value } = (await stack.signIn()).cookie();
    cookies.push(`${name}=${value}`);
  }
  const fleet = cleanup.use(
    await startChild(join(import.meta.dirname, 'viewerFleetMain.ts'), viewerFleetRequests),
  );
  await fleet.request('open', { url: stack.url, cookies });
  return fleet;
}
