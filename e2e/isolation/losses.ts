import type { Socket } from 'socket.io-client';
import { childrenOf } from '../harness/processes.ts';
import { until } from '../harness/until.ts';
import type { Cast } from './eventMatrix.ts';
import { listenTo } from './hearing.ts';
import type { Outcome } from './outcome.ts';
import { nameOf, type World } from './world.ts';

const TOLD_MS = 10_000;

/** The recorder goes, then the media worker: all agents are told, and every dashboard of what is its own. */
export async function loseMedia(world: World, { agents, viewers }: Cast, recorder: Socket): Promise<Outcome> {
  const outcome: Outcome = { expected: {}, actual: {} };
  const agentHearings = [...agents.values()].map(({ socket }) => listenTo(socket));
  const viewerHearings = viewers.map((viewer) => ({ viewer, hearing: listenTo(viewer.socket) }));
  const [first] = viewerHearings;

  recorder.disconnect();
  for (const pid of await childrenOf(world.stack.sfu.pid, 'mediasoup-worker')) process.kill(pid, 'SIGKILL');
  await until(
    'the end of the worker',
    async () => first && (await first.hearing.all()).includes('transport-closed'),
    {
      timeoutMs: TOLD_MS,
    },
  );

  for (const [index, hearing] of agentHearings.entries()) {
    outcome.expected[`agent ${index}`] = 'publish-again, recorded';
    // Who was looked at is told, too, that he is no more.
    const heard = (await hearing.all()).filter((event) => event !== 'watched');
    outcome.actual[`agent ${index}`] = heard.join(', ');
  }
  const transports = new Set(viewers.map(({ transportId }) => transportId));
  for (const { viewer, hearing } of viewerHearings) {
    const name = `${viewer.kind} of ${nameOf(world, viewer.home)}`;
    outcome.expected[name] = 'transport-closed';
    outcome.actual[name] = (await hearing.about(viewer.transportId)).join(', ');
    const others = [...transports].filter((transportId) => transportId !== viewer.transportId);
    outcome.expected[`${name}, of others`] = '';
    outcome.actual[`${name}, of others`] = (await hearing.about(...others)).join(', ');
  }
  return outcome;
}
