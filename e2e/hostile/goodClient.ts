import { Agent, get } from 'node:http';
import { AGENT_NAMESPACE, PROTOCOL_VERSION, agentRequests, createRequester } from '@sightline/shared';
import { io } from 'socket.io-client';
import { serveParent } from '../harness/childProcess.ts';
import { goodClientRequests, type Samples } from './protocol.ts';

const ASK_EVERY_MS = 50;
const MACHINE = { userName: 'good', hostName: 'desk', os: 'Linux' };

const nothing = (): Samples => ({ socketMs: [], httpMs: [], failures: [] });
let taken = nothing();

async function note(times: 'socketMs' | 'httpMs', ask: () => Promise<unknown>): Promise<void> {
  const atMs = performance.now();
  try {
    await ask();
    taken[times].push(performance.now() - atMs);
  } catch (error) {
    taken.failures.push(`${times}: ${String(error)}`);
  }
}

function askOver(agent: Agent, url: string, cookie: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, headers: { cookie } }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`answered ${response.statusCode}`));
      });
    });
    request.once('error', reject);
  });
}

serveParent(goodClientRequests, {
  async begin({ url, cookie, credential }) {
    const auth = { protocolVersion: PROTOCOL_VERSION, credential };
    const socket = io(`${url}${AGENT_NAMESPACE}`, { transports: ['websocket'], reconnection: false, auth });
    socket.on('disconnect', (reason) => taken.failures.push(`disconnected: ${reason}`));
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    const request = createRequester(socket, agentRequests);
    await request('client-connected', { machine: MACHINE, lastSeenMessage: 0 });
    const agent = new Agent({ keepAlive: true });
    setInterval(() => {
      void note('socketMs', () => request('time-sync', {}));
      void note('httpMs', () => askOver(agent, `${url}/api/v1/auth/me`, cookie));
    }, ASK_EVERY_MS);
    return {};
  },
  take() {
    const all = taken;
    taken = nothing();
    return all;
  },
});
