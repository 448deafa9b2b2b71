import { AGENT_NAMESPACE, agentRequests, createRequester } from '@sightline/shared';
import type { Socket } from 'socket.io-client';
import { until } from '../harness/until.ts';
import { MACHINE, connectAgent, stream } from './agents.ts';
import type { Cast } from './eventMatrix.ts';
import { listenTo, type Hearing } from './hearing.ts';
import { mayBeShown } from './httpTable.ts';
import type { Outcome } from './outcome.ts';
import { askFor, connect } from './sockets.ts';
import { consumeAnywhere } from './viewers.ts';
import type { ViewerCell } from './viewerRows.ts';
import { nameOf, type DevicePlace, type HomeCompany, type World } from './world.ts';

const HEARD_MS = 10_000;
const IDLE_MS = 86_400_000;

/** What every dashboard is told that may see a device, while one goes through all that can happen to it. */
export const HEARD_BY_VIEWERS = [
  'client-connected',
  'client-disconnected',
  'client-reconnecting',
  'client-removed',
  'client-updated',
  'consumer-closed',
  'idle-alert',
  'recording-alarm',
  'start-streaming',
  'stop-streaming',
];
/** What an agent alone is told. */
export const HEARD_BY_AGENT = ['client-connected-success', 'device-revoked', 'taken-over', 'watched'];

/** Lets everything happen to a new device of each group, and of none; tells who heard of what. */
export async function tellEverybody(world: World, { agents, viewers }: Cast): Promise<Outcome> {
  const outcome: Outcome = { expected: {}, actual: {} };
  const note = (who: string, expected: readonly string[], actual: readonly string[]): void => {
    outcome.expected[who] = expected.join(', ');
    outcome.actual[who] = actual.join(', ');
  };
  const listeners = viewers.map((viewer) => ({ viewer, hearing: listenTo(viewer.socket) }));
  const bystanders = [...agents.values()].map(({ socket }) => listenTo(socket));
  const [owner] = listeners;
  if (owner?.viewer.kind !== 'owner') throw new Error('an owner has to listen');

  for (const home of world.homes) {
    for (const groupId of [...home.groups.map((group) => group.groupId), null]) {
      const at = { companyId: home.companyId, groupId };
      const name = `a device of ${nameOf(world, home)} in ${groupNameOf(home, groupId)}`;
      const watching = viewers.filter((viewer) => mayBeShown(viewer.kind, viewer.home, at));
      const { ids, consumers, heardByAgent } = await live(world, at, watching, owner.hearing);
      note(`${name} itself`, HEARD_BY_AGENT, heardByAgent);
      for (const { viewer, hearing } of listeners) {
        const own = consumers.get(viewer) ?? [];
        const heard = await hearing.about(...ids, ...own);
        const who = `${viewer.kind} of ${nameOf(world, viewer.home)} about ${name}`;
        note(who, watching.includes(viewer) ? HEARD_BY_VIEWERS : [], heard);
      }
    }
  }
  for (const [index, bystander] of bystanders.entries()) {
    note(`agent ${index} about all others`, [], await bystander.all());
  }
  return outcome;
}

const groupNameOf = ({ groups }: HomeCompany, groupId: string | null): string =>
  ['its first group', 'its second group'][groups.findIndex((group) => group.groupId === groupId)] ??
  'no group';

/** The life of a device, from its first login to its revocation. */
async function live(
  world: World,
  at: DevicePlace,
  watching: readonly ViewerCell[],
  owner: Hearing,
): Promise<{
  ids: string[];
  consumers: ReadonlyMap<ViewerCell, string[]>;
  heardByAgent: string[];
}> {
  const first = await connectAgent(world, at);
  const { deviceId } = first.device;
  const hearings = [listenTo(first.socket)];
  const subject = await stream(first);
  const ids = [deviceId, subject.sessionId];
  const untilHeard = (event: string): Promise<unknown> =>
    until(event, async () => (await owner.about(...ids)).includes(event), { timeoutMs: HEARD_MS });

  const consumers = new Map<ViewerCell, string[]>();
  for (const viewer of watching) consumers.set(viewer, [await watch(viewer, subject.producerId)]);
  const request = createRequester(subject.socket, agentRequests);
  await request('report-activity', { idleMs: IDLE_MS });
  await untilHeard('recording-alarm');
  await request('stop-streaming', {});
  subject.socket.disconnect();
  await untilHeard('client-reconnecting');

  const again = async (): Promise<Socket> => {
    const { credential } = first;
    const socket = await connect(world.stack.url, AGENT_NAMESPACE, { auth: { credential } });
    hearings.push(listenTo(socket));
    return socket;
  };
  const login = { machine: MACHINE, lastSeenMessage: 0 };
  await createRequester(await again(), agentRequests)('client-connected', login);
  const takeover = createRequester(await again(), agentRequests);
  await takeover('client-connected', login);
  await takeover('app-closed', {});
  const last = await again();
  const closed = new Promise((resolve) => last.once('disconnect', resolve));
  await world.stack.api('POST', `/api/v1/companies/${at.companyId}/devices/${deviceId}/revoke`);
  await closed;
  const heard = new Set((await Promise.all(hearings.map((hearing) => hearing.all()))).flat());
  return { ids, consumers, heardByAgent: [...heard].toSorted() };
}

/** Lets a dashboard play a screen. Returns its consumer. */
async function watch({ request, socket }: ViewerCell, producerId: string): Promise<string> {
  const consumerId = await consumeAnywhere(request, producerId);
  await askFor(socket, 'resume-consumer', { consumerId });
  return consumerId;
}
