import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createCleanup, type Cleanup } from '@sightline/e2e/harness/cleanup.ts';
import { percentile } from '@sightline/e2e/harness/frameSummary.ts';
import { startStack, type Stack } from '@sightline/e2e/harness/stack.ts';
import { until } from '@sightline/e2e/harness/until.ts';
import { machine } from '../lib/machine.ts';
import { monotonicMs } from '../lib/monotonic.ts';
import { readPeakMib } from '../lib/usage.ts';
import { openBenchViewer } from './benchViewer.ts';
import type { Lag } from './fleetProtocol.ts';
import { openAgentFleets, openViewerFleet, type AgentFleet } from './fleets.ts';
import { messageFate } from './messages.ts';
import { portOpenAgain } from './portOpen.ts';
import { createRecorderStub } from './recorderStub.ts';
import { readServerRecords, type ServerRecords } from './serverRecords.ts';

const VIEWERS = 20;
const WATCHES_PER_SECOND = 50;
/** Messages go to and fro for so long before the sfu is killed, and after everybody is back. */
const BUSY_MS = 5_000;
const MEDIA_TIMEOUT_MS = 60_000;
const SETTLE_TIMEOUT_MS = 15_000;

/** What the restart of the sfu did to streaming agents. */
export interface RestartFigures {
  agents: number;
  /** From the moment at which the port was open again to each agent's session being live again. */
  backMs: { p50: number; p95: number; p99: number; max: number };
  /** From the kill to the port's being open again. */
  downMs: number;
  /** Agents whose every stream the restarted sfu receives. */
  mediaBack: number;
  /** Messages handled twice, sessions begun twice, clients listed twice. */
  duplicates: number;
  /** Messages that the sfu had on record and an agent never handled. */
  lostMessages: number;
  messages: number;
  /** How often viewers began or ceased to watch meanwhile. */
  watched: number;
  /** Peak of the resident set of the sfu's process; its media workers apart. */
  peakMiB: number;
  workersPeakMiB: number;
  loadLag: Lag[];
}

interface AgentReport {
  deviceId: string;
  sessionId: string;
  liveAtMs: number;
  handled: number[];
}

/** Kills the sfu under streaming agents, starts it again and finds out what that did. */
export async function measureRestart(cleanup: Cleanup, agents: number): Promise<RestartFigures> {
  const own = cleanup.use(createCleanup());
  try {
    const stack = own.use(
      await startStack({
        sfuMain: join(import.meta.dirname, '../record/sfuMain.ts'),
        workers: machine.cores,
        recorder: false,
      }),
    );
    const fleets = await openAgentFleets(own, stack, { count: agents, media: true });
    await mediaFlows(fleets, agents);
    const viewers = await openViewerFleet(own, stack, VIEWERS);
    const recorder = own.use(await createRecorderStub(stack));
    recorder.come();
    await viewers.request('begin-watching', { seed: 1, perSecond: WATCHES_PER_SECOND });
    await delay(BUSY_MS);
    await Promise.all(fleets.map((fleet) => fleet.request('report', {})));

    const before = await readPeakMib(stack.sfu.pid);
    // Every agent is told that it is not recorded any more: that is under way when the sfu dies.
    recorder.leave();
    await delay(20);
    const killedAtMs = monotonicMs();
    const [openAtMs] = await Promise.all([portOpenAgain(stack.url), stack.restartSfu('SIGKILL')]);
    recorder.come();
    await mediaFlows(fleets, agents);
    await delay(BUSY_MS);
    const { watched } = await viewers.request('cease-watching', {});

    const end = await settled(stack, fleets);
    const backMs = end.reports.map(({ liveAtMs }) => liveAtMs - openAtMs);
    const after = await readPeakMib(stack.sfu.pid);
    return {
      agents,
      backMs: {
        p50: Math.round(percentile(backMs, 0.5)),
        p95: Math.round(percentile(backMs, 0.95)),
        p99: Math.round(percentile(backMs, 0.99)),
        max: Math.round(Math.max(...backMs)),
      },
      downMs: Math.round(openAtMs - killedAtMs),
      mediaBack: (await streaming(fleets)).received,
      ...(await countDamage(stack, end)),
      watched,
      peakMiB: Math.round(Math.max(before.own, after.own)),
      workersPeakMiB: Math.round(Math.max(before.children, after.children)),
      loadLag: end.loadLag,
    };
  } finally {
    await own.close();
  }
}

async function streaming(fleets: readonly AgentFleet[]): Promise<{ live: number; received: number }> {
  const states = await Promise.all(fleets.map((fleet) => fleet.request('streaming', {})));
  return {
    live: states.reduce((sum, { live }) => sum + live, 0),
    received: states.reduce((sum, { received }) => sum + received, 0),
  };
}

function mediaFlows(fleets: readonly AgentFleet[], agents: number): Promise<unknown> {
  const look = async (): Promise<true> => {
    const { live, received } = await streaming(fleets);
    if (received < agents)
      throw new Error(`of ${agents} agents ${live} stream, and ${received} are received`);
    return true;
  };
  return until('the media of every agent', look, { timeoutMs: MEDIA_TIMEOUT_MS, intervalMs: 500 });
}

async function readReports(
  fleets: readonly AgentFleet[],
): Promise<{ reports: AgentReport[]; loadLag: Lag[] }> {
  const answers = await Promise.all(fleets.map((fleet) => fleet.request('report', {})));
  return { reports: answers.flatMap(({ agents }) => agents), loadLag: answers.map(({ lag }) => lag) };
}

/** Adds up what became of all agents' messages. */
function messageDamage(
  reports: readonly AgentReport[],
  { lastMessages }: ServerRecords,
): { duplicates: number; lost: number } {
  const fates = reports.map(({ deviceId, handled }) => messageFate(handled, lastMessages.get(deviceId) ?? 0));
  return {
    duplicates: fates.reduce((sum, { duplicates }) => sum + duplicates, 0),
    lost: fates.reduce((sum, { lost }) => sum + lost, 0),
  };
}

/** What agents report, and what the sfu had on record right after. */
interface Settled {
  reports: AgentReport[];
  records: ServerRecords;
  loadLag: Lag[];
}

/** Waits until what was sent last has been handled too, if it ever is. */
async function settled(stack: Stack, fleets: readonly AgentFleet[]): Promise<Settled> {
  const deadlineMs = monotonicMs() + SETTLE_TIMEOUT_MS;
  const read = async (): Promise<Settled> => ({
    ...(await readReports(fleets)),
    records: readServerRecords(stack.dataDir),
  });
  const first = await read();
  let last = first;
  while (messageDamage(last.reports, last.records).lost > 0 && monotonicMs() < deadlineMs) {
    await delay(500);
    last = await read();
  }
  return { ...last, loadLag: first.loadLag };
}

async function countDamage(
  stack: Stack,
  { reports, records }: Settled,
): Promise<{ duplicates: number; lostMessages: number; messages: number }> {
  const messages = messageDamage(reports, records);
  const sessionOf = new Map(reports.map(({ deviceId, sessionId }) => [deviceId, sessionId]));
  const strayed = records.sessions.filter(
    ({ deviceId, sessionId, open }) => !open || sessionOf.get(deviceId) !== sessionId,
  );
  const { name, value } = (await stack.signIn()).cookie();
  const viewer = await openBenchViewer({
    url: stack.url,
    cookie: `${name}=${value}`,
    onChange: () => undefined,
  });
  await viewer.close();
  const listedTwice = viewer.listed.length - viewer.clients.size;
  const tracksTwice = viewer.listed.reduce((sum, { tracks }) => sum + Math.max(0, tracks.length - 1), 0);
  return {
    duplicates: messages.duplicates + strayed.length + listedTwice + tracksTwice,
    lostMessages: messages.lost,
    messages: [...records.lastMessages.values()].reduce((sum, last) => sum + last, 0),
  };
}
