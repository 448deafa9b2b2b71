import { join } from 'node:path';
import { ProtocolError, systemClock, type Clock } from '@sightline/shared';
import { createListener, watchCertificate, type Logger } from '@sightline/shared/node';
import type { RecorderConfig } from './config.ts';
import { createAnnouncer } from './control/announcer.ts';
import { createSfuLink, type SfuLink } from './control/sfuLink.ts';
import { readStatus } from './control/status.ts';
import { ensureSealKey, readSealKey } from './evidence/sealKey.ts';
import { createFfmpegEngine } from './ffmpeg/engine.ts';
import { reapOrphans } from './ffmpeg/orphans.ts';
import { createMediaAccess } from './http/mediaAccess.ts';
import { createHttpServer } from './http/server.ts';
import { playbackModule } from './playback/playbackModule.ts';
import { adoptRun } from './runs/adoption.ts';
import { createRunInstance } from './runs/runInstance.ts';
import { createSupervisor } from './runs/supervisor.ts';
import { claimDataFolder } from './store/dataFolder.ts';

/** The recorder service. */
export interface Recorder {
  /** Where it serves media. */
  readonly mediaUrl: string;
  /** Ends all runs, flushes, announces what can be announced, and stops serving. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts a recorder: takes over what a killed one has left, serves media, and offers itself to the sfu until
 * it is closed.
 *
 * @throws {DataFolderInUse} or an error that says what to install or to free.
 */
export async function createRecorder(
  config: RecorderConfig,
  { logger, clock = systemClock }: { logger: Logger; clock?: Clock },
): Promise<Recorder> {
  const engine = createFfmpegEngine({ clock, logger });
  await engine.check();
  const { recorderId, recordingsDir, stateDir, openRuns } = await claimDataFolder(config.dataDir);
  const sealKey =
    config.sealKeyFile === undefined
      ? await ensureSealKey(join(stateDir, 'seal-key.pem'))
      : await readSealKey(config.sealKeyFile);

  const announcer = createAnnouncer({
    send: (runId, segment) => link.request('segment-recorded', { runId, segment }),
    onDone: (runId) => openRuns.remove(runId),
    clock,
    logger,
  });
  const supervisor = createSupervisor({
    createInstance: (order, onSegment) =>
      createRunInstance(order, {
        engine,
        recordingsDir,
        openRuns,
        segmentSeconds: config.segmentSeconds,
        clock,
        logger,
        onSegment,
        packetsSent: () => askPacketsSent(link, order.runId, logger),
      }),
    announce: (runId, segment) => announcer.announce(runId, segment),
    flush: (runId) => announcer.flush(runId),
    reportEnd: async (runId, { reason, message }) => {
      await link.request('run-ended', { runId, reason, message });
    },
    logger,
  });

  const certificate = config.tls && (await watchCertificate({ files: config.tls, clock, logger }));
  const access = createMediaAccess({ secret: config.secret, clock });
  const { dashboardOrigins } = config;
  const server = await createHttpServer({
    listener: createListener(certificate),
    modules: [
      playbackModule({
        recordingsDir,
        access,
        dashboardOrigins,
        isRecording: (trackFolder) => supervisor.isRecording(trackFolder),
        clock,
      }),
    ],
    health: () => ({ connected: link.ready, runs: supervisor.size }),
    logger,
  });
  const mediaUrl = await server.listen({ host: config.host, port: config.port });

  const link: SfuLink = createSfuLink({
    url: config.sfuUrl,
    secret: config.secret,
    identify: async () => ({
      recorderId,
      mediaBaseUrl: config.publicUrl ?? mediaUrl,
      publicKey: sealKey.publicKey,
      status: await readStatus({ recordingsDir, runs: supervisor.size }),
    }),
    handlers: {
      'start-run': (order) => supervisor.start(order),
      'stop-run': async ({ runId }) => {
        await supervisor.stop(runId);
        return {};
      },
      'close-session': ({ sessionId }) => {
        throw new ProtocolError('unknown-session', `Session ${sessionId} is not here.`);
      },
      'start-export': ({ exportId }) => {
        throw new ProtocolError('unknown-export', `Export ${exportId} is not here.`);
      },
      'cancel-export': ({ exportId }) => {
        throw new ProtocolError('unknown-export', `Export ${exportId} is not here.`);
      },
      'run-key-frame': ({ runId, ...keyFrame }) => supervisor.addKeyFrame(runId, keyFrame),
    },
    events: {
      onReady: () => announcer.resume(),
      onLost: (reason) => {
        announcer.pause();
        void supervisor.endAll(`The connection to the sfu was lost: ${reason}`);
      },
    },
    clock,
    logger,
  });

  const left = await openRuns.list();
  await reapOrphans({ recordingsDir, openRuns: left, clock, logger });
  for (const run of left) {
    try {
      const segments = await adoptRun(run, { recordingsDir, clock, logger });
      for (const segment of segments) announcer.announce(run.runId, segment);
      await announcer.flush(run.runId);
    } catch (error) {
      // The others, and what is to be recorded now, must not wait for this one; the next start tries again.
      logger.error({ runId: run.runId, err: error }, 'a run that was left could not be adopted');
    }
  }
  link.open();
  logger.info({ mediaUrl, recordingsDir, recorderId }, 'serving recordings');

  const close = async (): Promise<void> => {
    await supervisor.endAll('The recorder is shutting down.');
    link.close();
    await server.close();
    certificate?.close();
  };
  let closing: Promise<void> | undefined;
  return { mediaUrl, close: () => (closing ??= close()) };
}

async function askPacketsSent(
  link: SfuLink,
  runId: string,
  logger: Logger,
): Promise<number | 'unknown-run' | undefined> {
  try {
    return (await link.request('run-stats', { runId })).packetsSent;
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'unknown-run') return 'unknown-run';
    logger.debug({ runId, err: error }, 'the sfu did not say what it sent');
    return undefined;
  }
}
