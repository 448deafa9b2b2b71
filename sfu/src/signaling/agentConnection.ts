import { ProtocolError, agentRequests, type Clock, serveRequests } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { AgentClient } from '../clients/agentClient.ts';
import type { ClientDirectory } from '../clients/directory.ts';
import type { MediaEngine } from '../media/types.ts';
import type { AgentSocket } from './server.ts';
import { logRefusals } from './refusals.ts';
import type { Limiter } from './tokenBucket.ts';

/** What the agents' connections need. */
export interface AgentConnectionDeps {
  engine: MediaEngine;
  directory: ClientDirectory;
  companyId: string;
  /** Whether agents are to be told that they are recorded. */
  recorded: () => boolean;
  clock: Clock;
  logger: Logger;
}

/** Serves one agent's connection until it ends. */
export function serveAgent(socket: AgentSocket, limiter: Limiter, deps: AgentConnectionDeps): void {
  const { engine, directory, clock } = deps;
  const logger = deps.logger.child({ connection: socket.id });
  let client: AgentClient | undefined;

  const connected = (): AgentClient => {
    if (client === undefined) throw new ProtocolError('not-connected', 'Send client-connected first.');
    return client;
  };
  const leave = (reason: 'app-closed' | 'connection-lost'): void => {
    const leaving = client;
    client = undefined;
    if (leaving === undefined) return;
    logger.info({ clientId: leaving.clientId, reason }, 'agent disconnected');
    leaving.close(reason);
  };

  serveRequests(
    socket,
    agentRequests,
    {
      'client-connected': ({ machine }) => {
        if (client !== undefined)
          throw new ProtocolError('already-connected', 'This connection has a client.');
        client = new AgentClient(
          { companyId: deps.companyId, machine },
          {
            engine,
            clock,
            events: directory.events,
            notifier: {
              watched: (viewers) => socket.emit('watched', { viewers }),
              publishAgain: () => socket.emit('publish-again', { reason: 'worker-died' }),
            },
          },
        );
        logger.info({ clientId: client.clientId, userId: client.userId }, 'agent connected');
        directory.events.emit('connected', client);
        socket.emit('client-connected-success', {
          clientId: client.clientId,
          companyId: client.companyId,
          userId: client.userId,
          recorded: deps.recorded(),
        });
        return {};
      },
      'time-sync': () => ({ sfuTimeMs: clock.nowMs() }),
      'report-clock': ({ offsetMs }) => {
        connected().reportClock(offsetMs);
        return {};
      },
      'report-uplink': ({ availableBps }) => {
        connected().reportUplink(availableBps);
        return {};
      },
      'get-router-capabilities': async () => ({
        routerRtpCapabilities: await connected().routerCapabilities(),
      }),
      'create-transport': async () => (await connected().createTransport()).options,
      'connect-transport': async ({ transportId, dtlsParameters }) => {
        await connected().transport(transportId).connect(dtlsParameters);
        return {};
      },
      'restart-ice': async ({ transportId }) => ({
        iceParameters: await connected().transport(transportId).restartIce(),
      }),
      'start-streaming': () => {
        const { sessionId } = connected().startStreaming();
        logger.info({ clientId: client?.clientId, sessionId }, 'streaming started');
        return { sessionId };
      },
      produce: async (order) => ({ producerId: (await connected().produce(order)).producer.id }),
      'close-producer': ({ producerId }) => {
        connected().closeProducer(producerId);
        return {};
      },
      'stop-streaming': () => {
        connected().stopStreaming('stopped');
        logger.info({ clientId: client?.clientId }, 'streaming stopped');
        return {};
      },
      'app-closed': () => {
        connected();
        leave('app-closed');
        return {};
      },
    },
    { admit: limiter, onRefused: logRefusals(logger) },
  );
  socket.on('disconnect', () => leave('connection-lost'));
}
