import { randomUUID } from 'node:crypto';
import { NO_HASH } from '@sightline/shared';
import { DTLS, MACHINE, produceOrder, type ConnectedAgent, type StreamingAgent } from './agents.ts';
import type { EventRows, EventUse } from './eventTable.ts';
import type { Viewer } from './viewers.ts';
import { NOTHING } from './world.ts';

/** An agent that asks, in each state that it can be in, and everybody whose things it may try. */
export interface AgentCell extends ConnectedAgent {
  /** What it has; undefined: it has not logged in. */
  readonly own: StreamingAgent | undefined;
  readonly colleague: StreamingAgent;
  readonly foreigner: StreamingAgent;
  readonly viewer: Viewer;
}

type Use = EventUse<AgentCell>;

/** Nothing of an agent exists before it has logged in. */
const afterLogin =
  (expected: string): Use['expect'] =>
  ({ own }) =>
    own === undefined ? 'not-connected' : expected;

const plain = (payload: object = {}, expected = 'ok'): Use => ({
  whose: 'its own',
  expect: afterLogin(expected),
  payload: () => payload,
});

/** A thing of one agent: for every other one it does not exist. */
const of = (
  success: string,
  unknown: string,
  ids: Readonly<Record<string, (cell: AgentCell) => string>>,
  payload: (id: string, cell: AgentCell) => object,
): Use[] =>
  Object.entries(ids).map(([whose, id]) => ({
    whose,
    expect: afterLogin(whose === 'its own' ? success : unknown),
    payload: (cell) => payload(id(cell), cell),
  }));

const transports = {
  'its own': ({ own }: AgentCell) => own?.transportId ?? NOTHING,
  'a colleague’s': ({ colleague }: AgentCell) => colleague.transportId,
  'the other company’s': ({ foreigner }: AgentCell) => foreigner.transportId,
  'a dashboard’s': ({ viewer }: AgentCell) => viewer.transportId,
  'nobody’s': () => NOTHING,
};
const producers = {
  'its own': ({ own }: AgentCell) => own?.producerId ?? NOTHING,
  'a colleague’s': ({ colleague }: AgentCell) => colleague.producerId,
  'the other company’s': ({ foreigner }: AgentCell) => foreigner.producerId,
  'nobody’s': () => NOTHING,
};
const seen = { lastSeenMessage: 0 };

/** Everybody gets an answer for every piece; what is not his own is answered as what is not there, and waits. */
const pieceOf = (sessionId: string): object => ({
  pieces: [
    {
      pieceId: randomUUID(),
      sessionId,
      trackId: 'display-1',
      label: 'Screen',
      fromMs: 1,
      toMs: 2,
      clockOffsetMs: 0,
      bytes: 1,
      sha256: NO_HASH,
      mimeType: 'video/mp4',
    },
  ],
});

/** Tickets: a relogin tells them apart, but for one's own device only. */
const relogin: Use[] = [
  {
    whose: 'a colleague’s',
    expect: ({ own }) => (own === undefined ? 'ticket-foreign' : 'already-connected'),
    payload: ({ colleague }) => ({ ticket: colleague.login.ticket, ...seen }),
  },
  {
    whose: 'the other company’s',
    expect: ({ own }) => (own === undefined ? 'ticket-foreign' : 'already-connected'),
    payload: ({ foreigner }) => ({ ticket: foreigner.login.ticket, ...seen }),
  },
  {
    whose: 'nobody’s',
    expect: ({ own }) => (own === undefined ? 'ticket-invalid' : 'already-connected'),
    payload: () => ({ ticket: NOTHING, ...seen }),
  },
  {
    whose: 'its own',
    expect: ({ own }) => (own === undefined ? 'ticket-invalid' : 'already-connected'),
    payload: ({ own }) => ({ ticket: own?.login.ticket ?? NOTHING, ...seen }),
  },
];

/** Everything that an agent may ask. */
export const agentRows: EventRows<AgentCell> = {
  'time-sync': [{ whose: 'its own', expect: () => 'ok', payload: () => ({}) }],
  'client-connected': [
    {
      whose: 'its own',
      expect: ({ own }) => (own === undefined ? 'ok' : 'already-connected'),
      payload: () => ({ machine: MACHINE, ...seen }),
    },
    {
      // Whatever it says of itself, it stays who its credential says.
      whose: 'a colleague’s device',
      expect: ({ own }) => (own === undefined ? 'ok' : 'already-connected'),
      payload: ({ colleague }) => ({
        machine: MACHINE,
        ...seen,
        clientId: colleague.device.deviceId,
        companyId: colleague.device.companyId,
      }),
    },
  ],
  relogin,
  'confirm-ticket': [
    ...of(
      'ok',
      'ticket-spent',
      {
        'its own': ({ own }) => own?.login.ticket ?? NOTHING,
        'a colleague’s': ({ colleague }) => colleague.login.ticket,
        'the other company’s': ({ foreigner }) => foreigner.login.ticket,
      },
      (ticket) => ({ ticket }),
    ),
    { whose: 'nobody’s', expect: afterLogin('ticket-invalid'), payload: () => ({ ticket: NOTHING }) },
  ],
  'messages-seen': [plain(seen)],
  'report-activity': [plain({ idleMs: 0 })],
  'pause-streaming': [plain()],
  'resume-streaming': [plain()],
  'report-clock': [plain({ offsetMs: 1, roundTripMs: 1 })],
  'report-absence': [plain({ cause: 'sleep', fromMs: 1, toMs: 2 })],
  'report-uplink': [plain({ availableBps: 1 })],
  'get-router-capabilities': [plain()],
  'create-transport': [plain()],
  'connect-transport': of('already-connected', 'unknown-transport', transports, (transportId) => ({
    transportId,
    dtlsParameters: DTLS,
  })),
  'restart-ice': of('ok', 'unknown-transport', transports, (transportId) => ({ transportId })),
  'start-streaming': [plain({}, 'already-streaming')],
  produce: of('ok', 'unknown-transport', transports, (id) => produceOrder(id, 'display-2')),
  'close-producer': of('ok', 'unknown-producer', producers, (producerId) => ({ producerId })),
  'stop-streaming': [plain()],
  'offer-pieces': of(
    'ok',
    'ok',
    {
      'its own': ({ own }) => own?.sessionId ?? NOTHING,
      'a colleague’s': ({ colleague }) => colleague.sessionId,
      'the other company’s': ({ foreigner }) => foreigner.sessionId,
      'nobody’s': () => NOTHING,
    },
    pieceOf,
  ),
  'app-closed': [plain()],
};
