import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { createWorker, type types } from 'mediasoup';

/** A running worker process with its ports. */
export interface PooledWorker {
  readonly pid: number;
  readonly worker: types.Worker;
  /** One UDP and one TCP port for all transports of the worker. */
  readonly webRtcServer: types.WebRtcServer;
  /** How many agents have been placed on it. */
  load: number;
}

/** A fixed number of workers; one that dies is replaced. */
export interface WorkerPool {
  /** The worker with the fewest agents; waits for one while all are being replaced. */
  leastLoaded(): Promise<PooledWorker>;
  close(): void;
}

/** All agents of a worker share one socket, and key frames come in bursts; the kernel may grant less. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** How long to wait before a worker that could not be started is tried again. */
const RETRY_MS = 1_000;

/**
 * Starts `size` workers.
 *
 * @param options.workerBin path of the mediasoup-worker binary; the package's own when absent.
 * @param options.mediaHost the address on which media is received and which clients are given.
 * @throws what the engine throws when the first start of a worker fails.
 */
export async function createWorkerPool(options: {
  size: number;
  workerBin: string | undefined;
  mediaHost: string;
  clock: Clock;
  logger: Logger;
}): Promise<WorkerPool> {
  const { size, workerBin, mediaHost, clock, logger } = options;
  const workers = new Set<PooledWorker>();
  const waiting: (() => void)[] = [];
  let closed = false;

  const start = async (): Promise<void> => {
    const worker = await createWorker({
      logLevel: 'warn',
      ...(workerBin === undefined ? {} : { workerBin }),
    });
    const webRtcServer = await worker.createWebRtcServer({
      listenInfos: [
        { protocol: 'udp', ip: mediaHost, recvBufferSize: RECEIVE_BUFFER_BYTES },
        { protocol: 'tcp', ip: mediaHost },
      ],
    });
    if (closed) {
      worker.close();
      return;
    }
    const pooled: PooledWorker = { pid: worker.pid, worker, webRtcServer, load: 0 };
    workers.add(pooled);
    for (const proceed of waiting.splice(0)) proceed();
    worker.on('died', (error) => {
      workers.delete(pooled);
      logger.error(
        { code: 'worker-died', workerPid: worker.pid, err: error },
        'a media worker died; replacing it',
      );
      replace();
    });
    logger.info({ workerPid: worker.pid }, 'media worker started');
  };

  const replace = (): void => {
    if (closed) return;
    start().catch((error: unknown) => {
      logger.error(
        { code: 'worker-start-failed', err: error },
        'a media worker could not be started; trying again',
      );
      clock.after(RETRY_MS, replace);
    });
  };

  for (let count = 0; count < size; count += 1) await start();

  return {
    async leastLoaded() {
      while (workers.size === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      const [first, ...others] = workers;
      if (first === undefined) throw new Error('A worker was there and is not.');
      return others.reduce((least, worker) => (worker.load < least.load ? worker : least), first);
    },
    close() {
      closed = true;
      for (const { worker } of workers) worker.close();
      workers.clear();
    },
  };
}
