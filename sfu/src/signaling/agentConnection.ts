import {
  ProtocolError,
  agentMessages,
  agentRequests,
  type Clock,
  type Device,
  serveRequests,
  type RequestHandlers,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { PieceOffers } from '../healing/pieceOffers.ts';
import type { AdmittedAgent } from '../presence/admittedAgent.ts';
import type { Ledgers } from '../ledger/ledgers.ts';
import type { AgentLink } from '../presence/connection.ts';
import type { Presence } from '../presence/presence.ts';
import { logRefusals } from './refusals.ts';
import type { AgentSocket } from './sockets.ts';
import type { Limiter } from './tokenBucket.ts';

/** What the agents' connections need. */
export interface AgentConnectionDeps {
  presence: Presence;
  ledgers: Pick<Ledgers, 'reportAbsence'>;
  pieceOffers: PieceOffers;
  /** Whether agents are to be told that they are recorded. */
  recorded: () => boolean;
  clock: Clock;
  logger: Logger;
}

/** Serves one agent's connection until it ends. */
export function serveAgent(
  socket: AgentSocket,
  limiter: Limiter,
  device: Device,
  deps: AgentConnectionDeps,
): void {
  const logger = deps.logger.child({ connection: socket.id, clientId: device.deviceId });
  const agent = admitTo(deps.presence, device, linkTo(socket), logger);
  if (agent === undefined) return;
  serveRequests(socket, agentRequests, agentHandlers(socket, agent, deps), {
    admit: limiter,
    onRefused: logRefusals(logger),
  });
  socket.on('disconnect', (reason) => {
    logger.debug({ reason }, 'the connection of an agent ended');
    agent.lost();
  });
}

/** Hands a connection to presence. Undefined: it was closed, because the server goes, or because its device was revoked after the credential had been looked at, which it is told. */
export function admitTo(
  presence: Pick<Presence, 'admit'>,
  device: Device,
  link: AgentLink,
  logger: Pick<Logger, 'warn'>,
): AdmittedAgent | undefined {
  try {
    return presence.admit(device, link);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    logger.warn({ code: error.code }, 'connection refused');
    if (error.code === 'device-revoked') link.notify(error.code, {});
    link.disconnect();
    return undefined;
  }
}

function linkTo(socket: AgentSocket): AgentLink {
  return {
    connectionId: socket.id,
    notify: (name, ...args) => void socket.emit(name, ...args),
    deliver: ({ name, number, payload }) => deliver(socket, name, JSON.parse(payload), number),
    disconnect: () => void socket.disconnect(true),
  };
}

/** What was written by an earlier server is checked as what comes off the wire is. */
function deliver(socket: AgentSocket, name: string, payload: unknown, number: number): void {
  switch (name) {
    case 'recorded':
      socket.emit(name, agentMessages[name].parse(payload), number);
      return;
    case 'watched':
      socket.emit(name, agentMessages[name].parse(payload), number);
      return;
    case 'publish-again':
      socket.emit(name, agentMessages[name].parse(payload), number);
      return;
    case 'offer-sent':
      socket.emit(name, agentMessages[name].parse(payload), number);
      return;
  }
}

function agentHandlers(
  socket: AgentSocket,
  agent: AdmittedAgent,
  { ledgers, pieceOffers, recorded, clock }: AgentConnectionDeps,
): RequestHandlers<typeof agentRequests> {
  return {
    'client-connected': async (order) => {
      const answer = await agent.login(order);
      const { clientId, companyId, userId, device } = agent.client();
      socket.emit('client-connected-success', {
        clientId,
        companyId,
        userId,
        deviceName: device.name,
        recorded: recorded(),
      });
      return answer;
    },
    relogin: async (order) => {
      const answer = await agent.relogin(order);
      if (!answer.resumed) {
        // A server that has just begun does not know what the agent was told before.
        agent.tell('recorded', { recorded: recorded() });
        agent.tell('watched', { viewers: agent.client().watching });
      }
      return answer;
    },
    'confirm-ticket': async ({ ticket }) => {
      await agent.confirmTicket(ticket);
      return {};
    },
    'messages-seen': ({ lastSeenMessage }) => {
      agent.messagesSeen(lastSeenMessage);
      return {};
    },
    'report-activity': ({ idleMs }) => {
      agent.reportActivity(idleMs);
      return {};
    },
    'pause-streaming': async () => {
      await agent.setPaused(true);
      return {};
    },
    'resume-streaming': async () => {
      await agent.setPaused(false);
      return {};
    },
    'time-sync': () => ({ sfuTimeMs: clock.nowMs() }),
    'report-clock': ({ offsetMs }) => {
      agent.client().reportClock(offsetMs);
      return {};
    },
    'report-uplink': ({ availableBps }) => {
      agent.client().reportUplink(availableBps);
      return {};
    },
    'get-router-capabilities': async () => ({
      routerRtpCapabilities: await agent.client().routerCapabilities(),
    }),
    'create-transport': async () => (await agent.client().createTransport()).options,
    'connect-transport': async ({ transportId, dtlsParameters }) => {
      await agent.client().transport(transportId).connect(dtlsParameters);
      return {};
    },
    'restart-ice': async ({ transportId }) => ({
      iceParameters: await agent.client().transport(transportId).restartIce(),
    }),
    'start-streaming': async () => ({ sessionId: (await agent.startStreaming()).sessionId }),
    produce: async (order) => ({ producerId: (await agent.client().produce(order)).producer.id }),
    'close-producer': ({ producerId }) => {
      agent.client().closeProducer(producerId);
      return {};
    },
    'stop-streaming': async () => {
      await agent.stopStreaming();
      return {};
    },
    'offer-pieces': async ({ pieces }) => ({
      answers: await pieceOffers.answer({ deviceId: agent.client().clientId }, pieces),
    }),
    'report-absence': async (absence) => {
      await ledgers.reportAbsence(absence, agent.client());
      return {};
    },
    'app-closed': async () => {
      await agent.appClosed();
      return {};
    },
  };
}
