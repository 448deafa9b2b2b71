import { connectAgent, startAgent, type StreamingAgent } from './agents.ts';
import type { AgentCell } from './agentRows.ts';
import type { PlaceName } from './kinds.ts';
import type { ViewerCell } from './viewerRows.ts';
import type { Socket } from 'socket.io-client';
import { WATCHERS, openViewer, type Viewer } from './viewers.ts';
import type { HomeCompany, World } from './world.ts';

/** Two companies in which agents stream and dashboards look on. */
export interface Cast {
  /** By the group of the device. */
  readonly agents: ReadonlyMap<string, StreamingAgent>;
  readonly viewers: readonly ViewerCell[];
  /** Agents that have logged in, and that have not, of each company. */
  newAgents(): Promise<{ name: string; cell: AgentCell }[]>;
  /** Ends all connections. */
  close(): void;
}

const found = <T>(thing: T | undefined): T => {
  if (thing === undefined) throw new Error('somebody of the cast is missing');
  return thing;
};

/** Starts an agent in every group, and opens dashboards of every kind in both companies. */
export async function assemble(world: World): Promise<Cast> {
  const agents = new Map<string, StreamingAgent>();
  for (const at of world.homes.flatMap(({ groups }) => groups)) {
    agents.set(at.groupId, await startAgent(world, at));
  }
  const agentAt = (home: HomeCompany, place: PlaceName): StreamingAgent =>
    found(agents.get(world.placeOf(home, place).groupId));
  const open = (kind: Viewer['kind'], home: HomeCompany, account?: Viewer['account']): Promise<Viewer> =>
    openViewer(world, kind, home, agentAt(home, 'own-group').producerId, account);

  const supervisors = new Map<string, Viewer>();
  for (const home of world.homes) supervisors.set(home.companyId, await open('supervisor', home));
  const foreignerOf = (home: HomeCompany): Viewer =>
    found(supervisors.get(world.placeOf(home, 'other-company').companyId));

  const viewers: ViewerCell[] = [];
  for (const home of world.homes) {
    for (const kind of WATCHERS) {
      const viewer = await open(kind, home);
      const foreigner = foreignerOf(home);
      viewers.push({
        ...viewer,
        agents: {
          'own-group': agentAt(home, 'own-group'),
          'other-group': agentAt(home, 'other-group'),
          'other-company': agentAt(home, 'other-company'),
        },
        foreignRouterId: foreigner.routerId,
        otherTab: await open(kind, home, viewer.account),
        colleague: found(supervisors.get(home.companyId)),
        foreigner,
      });
    }
  }

  const extras: Socket[] = [];
  const newAgents = async (): Promise<{ name: string; cell: AgentCell }[]> => {
    const cells: { name: string; cell: AgentCell }[] = [];
    for (const [index, home] of world.homes.entries()) {
      const others = {
        colleague: agentAt(home, 'own-group'),
        foreigner: agentAt(home, 'other-company'),
        viewer: found(supervisors.get(home.companyId)),
      };
      const streaming = await startAgent(world, home.groups[0]);
      const fresh = await connectAgent(world, home.groups[0]);
      extras.push(streaming.socket, fresh.socket);
      cells.push(
        { name: `an agent of ${index}`, cell: { ...streaming, ...others, own: streaming } },
        {
          name: `an agent of ${index} that has not logged in`,
          cell: { ...fresh, ...others, own: undefined },
        },
      );
    }
    return cells;
  };
  const close = (): void => {
    const dashboards = [...supervisors.values(), ...viewers, ...viewers.map(({ otherTab }) => otherTab)];
    for (const { socket } of [...agents.values(), ...dashboards]) socket.disconnect();
    for (const socket of extras) socket.disconnect();
  };
  return { agents, viewers, newAgents, close };
}
