import type { StreamingAgent } from './agents.ts';
import { DTLS } from './agents.ts';
import type { EventRows, EventUse } from './eventTable.ts';
import type { PlaceName } from './kinds.ts';
import { consume, type Viewer } from './viewers.ts';
import { NOTHING } from './world.ts';

/** A dashboard that asks, and everybody whose things it may try. */
export interface ViewerCell extends Viewer {
  /** Streaming in its own group, in the other group of its company, and in the other company. */
  readonly agents: Readonly<Record<Exclude<PlaceName, 'nowhere'>, StreamingAgent>>;
  /** The router of the other company. */
  readonly foreignRouterId: string;
  readonly otherTab: Viewer;
  readonly colleague: Viewer;
  readonly foreigner: Viewer;
}

type Use = EventUse<ViewerCell>;

const OF_A_GROUP = ['group-admin', 'group-supervisor'];
const ok = (): string => 'ok';
const own = (payload: Use['payload']): Use => ({ whose: 'its own', expect: ok, payload });

/** A thing of the connection that made it: for every other connection it does not exist, even of the same account. */
const madeBy = (
  unknown: string,
  idOf: (viewer: Viewer) => string,
  payload: (id: string) => object,
  more: Readonly<Record<string, (cell: ViewerCell) => string>> = {},
): Use[] => {
  const others: Readonly<Record<string, (cell: ViewerCell) => string>> = {
    'another tab’s': ({ otherTab }) => idOf(otherTab),
    'a colleague’s': ({ colleague }) => idOf(colleague),
    'the other company’s': ({ foreigner }) => idOf(foreigner),
    'nobody’s': () => NOTHING,
    ...more,
  };
  return Object.entries(others).map(([whose, id]) => ({
    whose,
    expect: () => unknown,
    payload: (cell) => payload(id(cell)),
  }));
};

const ofAgents = {
  'an agent’s': ({ agents }: ViewerCell) => agents['own-group'].transportId,
  'a foreign agent’s': ({ agents }: ViewerCell) => agents['other-company'].transportId,
};

const router: Use[] = [
  own(({ routerId }) => ({ routerId })),
  {
    whose: 'the other company’s',
    expect: ({ kind }) => (kind === 'owner' ? 'ok' : 'unknown-router'),
    payload: ({ foreignRouterId }) => ({ routerId: foreignRouterId }),
  },
  { whose: 'nobody’s', expect: () => 'unknown-router', payload: () => ({ routerId: NOTHING }) },
];

const freshTransport = async ({ request, routerId }: ViewerCell): Promise<string> =>
  (await request('create-transport', { routerId })).transportId;

const consumeOrder = async (
  cell: ViewerCell,
  producerId: string,
  transportId = cell.transportId,
): Promise<object> => {
  const { routerRtpCapabilities } = await cell.request('get-router-capabilities', {
    routerId: cell.routerId,
  });
  return { transportId, producerId, rtpCapabilities: routerRtpCapabilities };
};

const screen = (place: Exclude<PlaceName, 'nowhere'>, expect: Use['expect']): Use => ({
  whose: `a screen in ${place}`,
  expect,
  async payload(cell) {
    const mayUseRouter = cell.kind === 'owner' && place === 'other-company';
    const transportId = mayUseRouter
      ? (await cell.request('create-transport', { routerId: cell.foreignRouterId })).transportId
      : cell.transportId;
    return consumeOrder(cell, cell.agents[place].producerId, transportId);
  },
});

const ownConsumer = ({ agents, request, routerId, transportId }: ViewerCell): Promise<string> =>
  consume(request, { routerId, transportId, producerId: agents['own-group'].producerId });

const consumer: Use[] = [
  own(async (cell) => ({ consumerId: await ownConsumer(cell) })),
  ...madeBy(
    'unknown-consumer',
    ({ consumerId }) => consumerId,
    (consumerId) => ({ consumerId }),
  ),
];

/** Everything that a dashboard may ask. */
export const viewerRows: EventRows<ViewerCell> = {
  'time-sync': [own(() => ({}))],
  // Which clients it answers with, `showClients` looks at.
  'watch-clients': [own(() => ({}))],
  'get-router-capabilities': router,
  'create-transport': router,
  'connect-transport': [
    own(async (cell) => ({ transportId: await freshTransport(cell), dtlsParameters: DTLS })),
    ...madeBy(
      'unknown-transport',
      ({ transportId }) => transportId,
      (transportId) => ({ transportId, dtlsParameters: DTLS }),
      ofAgents,
    ),
  ],
  'restart-ice': [
    own(({ transportId }) => ({ transportId })),
    ...madeBy(
      'unknown-transport',
      ({ transportId }) => transportId,
      (transportId) => ({ transportId }),
      ofAgents,
    ),
  ],
  consume: [
    screen('own-group', ok),
    screen('other-group', ({ kind }) => (OF_A_GROUP.includes(kind) ? 'unknown-producer' : 'ok')),
    screen('other-company', ({ kind }) => (kind === 'owner' ? 'ok' : 'unknown-producer')),
    {
      whose: 'nobody’s screen',
      expect: () => 'unknown-producer',
      payload: (cell) => consumeOrder(cell, NOTHING),
    },
    ...['another tab’s', 'a colleague’s', 'the other company’s', 'an agent’s'].map((whose): Use => ({
      whose: `by ${whose} transport`,
      expect: () => 'unknown-transport',
      payload: (cell) => consumeOrder(cell, cell.agents['own-group'].producerId, transportOf(cell, whose)),
    })),
  ],
  'resume-consumer': consumer,
  'pause-consumer': consumer,
  'close-consumer': consumer,
};

function transportOf({ agents, colleague, foreigner, otherTab }: ViewerCell, whose: string): string {
  switch (whose) {
    case 'another tab’s':
      return otherTab.transportId;
    case 'a colleague’s':
      return colleague.transportId;
    case 'the other company’s':
      return foreigner.transportId;
    default:
      return agents['own-group'].transportId;
  }
}
