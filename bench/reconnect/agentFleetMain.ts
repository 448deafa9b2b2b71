import { serveParent } from '@sightline/e2e/harness/childProcess.ts';
import { seededRandom } from '@sightline/e2e/harness/random.ts';
import { createBenchAgent, type BenchAgent } from './benchAgent.ts';
import { churn, dropping, pausing } from './churn.ts';
import { watchEventLoop } from './eventLoopLag.ts';
import { agentFleetRequests } from './fleetProtocol.ts';
import { startStreamingAgent, type StreamingAgent } from './streamingAgent.ts';

/** So many agents come at once. */
const ARRIVING = 4;
/** Of those without media, the part that has a session open, which it pauses. */
const IN_SESSION = 0.1;

const agents: BenchAgent[] = [];
const streaming: StreamingAgent[] = [];
const readLag = watchEventLoop();

serveParent(agentFleetRequests, {
  async open({ url, agents: waiting, media }) {
    const arrive = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const agent = createBenchAgent(url, next.enrolment);
        agents.push(agent);
        if (media) streaming.push(await startStreamingAgent(agent, next));
        else await agent.connect(next.machine);
      }
    };
    await Promise.all(Array.from({ length: ARRIVING }, arrive));
    return {};
  },
  streaming: () => ({
    live: streaming.filter(({ live }) => live).length,
    received: streaming.filter(({ received }) => received).length,
  }),
  report: () => ({
    agents: streaming.map(({ agent, sessionId, liveAtMs }) => ({
      deviceId: agent.deviceId,
      sessionId,
      liveAtMs,
      handled: [...agent.handled],
    })),
    lag: readLag(),
  }),
  async churn({ seed, ...options }) {
    const inSession = Math.ceil(agents.length * IN_SESSION);
    const changing = await Promise.all(agents.slice(0, inSession).map(pausing));
    changing.push(...agents.slice(inSession).map(dropping));
    readLag();
    const changes = await churn(changing, { ...options, random: seededRandom(seed) });
    return { changes, lag: readLag() };
  },
});
