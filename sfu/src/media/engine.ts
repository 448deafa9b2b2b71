import { ProtocolError, type Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { types } from 'mediasoup';
import { createClosing, withClosing, type Own } from './closing.ts';
import { ROUTER_CODECS, signalledCapabilities } from './codecs.ts';
import { createKeyFrameRequests, type KeyFrameRequests } from './keyFrameRequests.ts';
import { createRecordingTap } from './recordingTap.ts';
import type { MediaEngine, MediaRouter, Placement } from './types.ts';
import { createWebRtcTransport } from './webRtcTransport.ts';
import { createWorkerPool, type PooledWorker } from './workerPool.ts';

/** A router of ours, and the engine's own, for what only benchmarks need. */
export interface EngineRouter extends MediaRouter {
  readonly engineRouter: types.Router;
}

/** The media engine with mediasoup behind it: one router per worker and company. */
export interface MediasoupEngine extends MediaEngine {
  placeAgent(companyId: string): Promise<Placement<EngineRouter>>;
}

/** Starts the workers. Options as for {@link createWorkerPool}. */
export async function createMediasoupEngine(options: {
  workers: number;
  workerBin: string | undefined;
  mediaHost: string;
  clock: Clock;
  logger: Logger;
}): Promise<MediasoupEngine> {
  const { clock, logger, mediaHost, workerBin } = options;
  const pool = await createWorkerPool({ size: options.workers, workerBin, mediaHost, clock, logger });
  const routers = new Map<string, EngineRouter>();
  const perWorker = new WeakMap<PooledWorker, Map<string, Promise<EngineRouter>>>();

  const open = async (pooled: PooledWorker, companyId: string): Promise<EngineRouter> => {
    const router = await pooled.worker.createRouter({ mediaCodecs: ROUTER_CODECS });
    const mediaRouter = wrapRouter(router, pooled, companyId, clock, logger);
    routers.set(router.id, mediaRouter);
    mediaRouter.onClosed(() => {
      routers.delete(router.id);
      perWorker.get(pooled)?.delete(companyId);
    });
    return mediaRouter;
  };

  return {
    async placeAgent(companyId) {
      const pooled = await pool.leastLoaded();
      const ofWorker = perWorker.get(pooled) ?? new Map<string, Promise<EngineRouter>>();
      perWorker.set(pooled, ofWorker);
      const opening = ofWorker.get(companyId) ?? open(pooled, companyId);
      ofWorker.set(companyId, opening);
      try {
        const router = await opening;
        let released = false;
        pooled.load += 1;
        return {
          router,
          release() {
            if (!released) pooled.load -= 1;
            released = true;
          },
        };
      } catch (error) {
        ofWorker.delete(companyId);
        throw new ProtocolError(
          'media-unavailable',
          `No router could be opened (${String(error)}); try again.`,
        );
      }
    },
    router: (routerId) => routers.get(routerId),
    close: () => pool.close(),
  };
}

function wrapRouter(
  router: types.Router,
  pooled: PooledWorker,
  companyId: string,
  clock: Clock,
  logger: Logger,
): EngineRouter {
  const closing = createClosing(logger, () => router.close());
  const closeReason = (): 'worker-died' | 'router-closed' =>
    pooled.worker.died ? 'worker-died' : 'router-closed';
  router.on('workerclose', () => closing.ended(closeReason()));
  const keyFrameRequests = new Map<string, KeyFrameRequests>();
  const keyFrameRequestsOf = (producerId: string): KeyFrameRequests => {
    const known = keyFrameRequests.get(producerId) ?? createKeyFrameRequests(clock);
    keyFrameRequests.set(producerId, known);
    return known;
  };
  router.observer.on('newtransport', (transport) => {
    transport.observer.on('newproducer', (producer) => {
      producer.observer.on('close', () => keyFrameRequests.delete(producer.id));
    });
  });
  return withClosing<Own<EngineRouter>>(router.id, closing, {
    companyId,
    engineRouter: router,
    capabilities: signalledCapabilities(router.rtpCapabilities),
    createTransport: (use) =>
      createWebRtcTransport(router, pooled.webRtcServer, use, keyFrameRequestsOf, closeReason, logger),
    createTap: (producerId) => createRecordingTap(router, producerId, closeReason, logger),
  });
}
