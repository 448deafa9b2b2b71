import { viewerRequests, type Clock, serveRequests } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { ClientDirectory } from '../clients/directory.ts';
import type { MediaEngine } from '../media/types.ts';
import { clientView, type RecordingStateOf } from '../viewers/clientViews.ts';
import { ViewerClient } from '../viewers/viewerClient.ts';
import type { ViewerSocket } from './server.ts';
import { logRefusals } from './refusals.ts';
import type { Limiter } from './tokenBucket.ts';

/** The Socket.IO room of the viewers who watch a company's clients. */
export const companyRoom = (companyId: string): string => `company:${companyId}`;

/** What the viewers' connections need. */
export interface ViewerConnectionDeps {
  engine: MediaEngine;
  directory: ClientDirectory;
  companyId: string;
  recordingStateOf: RecordingStateOf;
  clock: Clock;
  logger: Logger;
}

/** Serves one dashboard's connection until it ends. */
export function serveViewer(socket: ViewerSocket, limiter: Limiter, deps: ViewerConnectionDeps): void {
  const { clock, companyId, directory, engine } = deps;
  const viewer = new ViewerClient(companyId, {
    engine,
    directory,
    notifier: {
      consumerClosed: (consumerId, reason) => socket.emit('consumer-closed', { consumerId, reason }),
      transportClosed: (transportId, reason) => socket.emit('transport-closed', { transportId, reason }),
    },
  });
  const logger = deps.logger.child({ connection: socket.id, viewerId: viewer.viewerId });
  logger.info('viewer connected');

  serveRequests(
    socket,
    viewerRequests,
    {
      'time-sync': () => ({ sfuTimeMs: clock.nowMs() }),
      'watch-clients': async () => {
        await socket.join(companyRoom(companyId));
        return {
          clients: directory.ofCompany(companyId).map((client) => clientView(client, deps.recordingStateOf)),
        };
      },
      'get-router-capabilities': ({ routerId }) => ({
        routerRtpCapabilities: viewer.routerCapabilities(routerId),
      }),
      'create-transport': async ({ routerId }) => (await viewer.createTransport(routerId)).options,
      'connect-transport': async ({ transportId, dtlsParameters }) => {
        await viewer.transport(transportId).connect(dtlsParameters);
        return {};
      },
      'restart-ice': async ({ transportId }) => ({
        iceParameters: await viewer.transport(transportId).restartIce(),
      }),
      consume: async (order) => {
        const { id, producerId, kind, rtpParameters } = await viewer.consume(order);
        return { consumerId: id, producerId, kind, rtpParameters };
      },
      'resume-consumer': async ({ consumerId }) => {
        await viewer.resumeConsumer(consumerId);
        return {};
      },
      'pause-consumer': async ({ consumerId }) => {
        await viewer.pauseConsumer(consumerId);
        return {};
      },
      'close-consumer': ({ consumerId }) => {
        viewer.closeConsumer(consumerId);
        return {};
      },
    },
    { admit: limiter, onRefused: logRefusals(logger) },
  );
  socket.on('disconnect', () => {
    logger.info('viewer disconnected');
    viewer.close();
  });
}
