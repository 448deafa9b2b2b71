import { viewerRequests, type Clock, serveRequests, type StorageProblem } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { ClientDirectory } from '../clients/directory.ts';
import { isWithin, reachOf } from '../identity/authorise.ts';
import type { SignedIn } from '../identity/signedIn.ts';
import type { MediaEngine } from '../media/types.ts';
import type { Presence } from '../presence/presence.ts';
import type { AccountsOnline } from '../viewers/accountsOnline.ts';
import { clientView, type RecordingStateOf } from '../viewers/clientViews.ts';
import type { LiveViews } from '../viewers/liveViews.ts';
import { ViewerClient } from '../viewers/viewerClient.ts';
import { logRefusals } from './refusals.ts';
import { STORAGE_ROOM, roomsOfViewer } from './rooms.ts';
import type { ViewerSocket } from './sockets.ts';
import type { Limiter } from './tokenBucket.ts';

/** What the viewers' connections need. */
export interface ViewerConnectionDeps {
  engine: MediaEngine;
  directory: ClientDirectory;
  presence: Presence;
  accountsOnline: AccountsOnline;
  liveViews: Pick<LiveViews, 'onRecord'>;
  recordingStateOf: RecordingStateOf;
  /** What is wrong at recorders now. */
  storageProblems: () => { recorderId: string; problems: StorageProblem[] }[];
  clock: Clock;
  logger: Logger;
}

/** Serves one dashboard's connection until it ends. @param account who looks, and from which address */
export function serveViewer(
  socket: ViewerSocket,
  limiter: Limiter,
  account: { signedIn: SignedIn; address: string },
  deps: ViewerConnectionDeps,
): void {
  const { clock, directory, engine, presence } = deps;
  const { address, signedIn } = account;
  const { principal } = signedIn;
  const { accountId, name } = principal;
  const reach = reachOf(principal, 'live.view');
  const recordings = reachOf(principal, 'recordings.view');
  const seesRecordings = recordings.everywhere || recordings.companies.size > 0;
  const viewer = new ViewerClient(
    { watcher: { accountId, name, address }, reach },
    {
      engine,
      directory,
      viewOnRecord: deps.liveViews.onRecord,
      notifier: {
        consumerClosed: (consumerId, reason) => socket.emit('consumer-closed', { consumerId, reason }),
        transportClosed: (transportId, reason) => socket.emit('transport-closed', { transportId, reason }),
      },
    },
  );
  const logger = deps.logger.child({ connection: socket.id, accountId });
  logger.info('viewer connected');
  const tabClosed = deps.accountsOnline.tabOpened(accountId);
  const stopFollowing = presence.events.on('regrouped', () => viewer.dropUnreachable());

  serveRequests(
    socket,
    viewerRequests,
    {
      'time-sync': () => ({ sfuTimeMs: clock.nowMs() }),
      'watch-clients': async () => {
        await socket.join(roomsOfViewer(reach));
        if (seesRecordings) {
          await socket.join(STORAGE_ROOM);
          for (const problems of deps.storageProblems()) socket.emit('storage-problems', problems);
        }
        return {
          clients: [...presence.devices()]
            .filter(({ device }) => isWithin(reach, device))
            .map((device) => clientView(device, deps.recordingStateOf)),
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
    stopFollowing();
    tabClosed();
    viewer.close();
  });
}
