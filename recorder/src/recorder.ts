import { join } from 'node:path';
import { systemClock, type Clock, type RecorderStatus } from '@sightline/shared';
import { createListener, watchCertificate, type Logger } from '@sightline/shared/node';
import { closeRecorder } from './closeRecorder.ts';
import type { RecorderConfig } from './config.ts';
import { createAnnouncements } from './control/announcements.ts';
import { createSfuLink, type SfuLink } from './control/sfuLink.ts';
import { createStatusReports } from './control/statusReports.ts';
import { closeSession } from './evidence/closeSession.ts';
import { createManifestReader } from './evidence/manifestReader.ts';
import { openEvidence } from './evidence/openEvidence.ts';
import { createPackageWriter } from './evidence/packageWriter.ts';
import { openExporting } from './export/exporting.ts';
import { createFfmpegEngine } from './ffmpeg/engine.ts';
import { reapOrphans } from './ffmpeg/orphans.ts';
import { createHealing } from './healing/healing.ts';
import { createMediaAccess } from './http/mediaAccess.ts';
import { createHttpServer } from './http/server.ts';
import { playbackModule } from './playback/playbackModule.ts';
import { openThumbnails } from './playback/thumbnails.ts';
import { createTrackReader } from './playback/trackReader.ts';
import { createDiskReserve } from './retention/diskReserve.ts';
import { startKeeper } from './retention/keeper.ts';
import { createLoadMeter } from './retention/loadReadings.ts';
import { createProblems } from './retention/problems.ts';
import { createRuns } from './runs/createRuns.ts';
import { claimDataFolder } from './store/dataFolder.ts';
import { openStore } from './store/openStore.ts';

/** What `npm run build` makes of `sightline-verify`: every package brings it along. */
const VERIFIER = join(import.meta.dirname, '../dist/sightline-verify.mjs');

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
 * @throws {DataFolderInUse}, {EncryptionKeyError}, or an error that says what to install or to free.
 */
export async function createRecorder(
  config: RecorderConfig,
  { logger, clock = systemClock }: { logger: Logger; clock?: Clock },
): Promise<Recorder> {
  const engine = createFfmpegEngine({ clock, logger });
  await engine.check();
  // A full disk must not keep it from starting: it is the one that makes room.
  const reserve = createDiskReserve(join(config.dataDir, 'recorder/reserve'));
  await reserve.release();
  const { recorderId, recordingsDir, stateDir, openRuns } = await claimDataFolder(config.dataDir, logger);
  const problems = createProblems({ clock, logger });
  const mediaStore = await openStore(config, { recordingsDir, stateDir, problems, clock, logger });
  const store = mediaStore.segments;
  const request: SfuLink['request'] = (name, payload) => link.request(name, payload);
  const { sealKey, manifests, sealReports } = await openEvidence({
    recordingsDir,
    stateDir,
    recorderId,
    sealKeyFile: config.sealKeyFile,
    sendSeal: (report) => request('manifest-sealed', report),
    onSealed: (session) => mediaStore.manifestSealed(session),
    clock,
    logger,
  });
  const announcements = createAnnouncements({ request, openRuns, clock, logger });
  const { segmentSeconds } = config;
  const { supervisor, caretaker } = createRuns({
    engine,
    recordingsDir,
    openRuns,
    store,
    manifests,
    segmentSeconds,
    announcements,
    request,
    clock,
    logger,
  });

  const keeper = await startKeeper({
    recordingsDir,
    stateDir,
    marks: config.diskMarks,
    reserve,
    problems,
    manifests,
    store,
    makeRoom: mediaStore.makeRoom,
    isHeld: (session) => mediaStore.isHeld(session),
    openRuns,
    request,
    loadMeter: createLoadMeter(),
    announce: (runId, segments) => announcements.again(runId, segments),
    forgetPictures: () => thumbnails.clear(),
    endRuns: (message) => void supervisor.endAll(message, 'disk-full'),
    clock,
    logger,
  });
  const readStatus = (): RecorderStatus => ({
    ...keeper.status(),
    store: mediaStore.status(),
    runs: supervisor.size,
  });
  const statusReports = createStatusReports({
    read: readStatus,
    send: (status) => link.request('recorder-status', { status }),
    clock,
    logger,
  });

  const { dashboardOrigins } = config;
  const healing = await createHealing({
    recordingsDir,
    stateDir,
    manifests,
    store,
    secret: config.secret,
    origins: dashboardOrigins,
    segmentMs: segmentSeconds * 1_000,
    request,
    hasRoom: () => keeper.hasRoom,
    announced: () => announcements.segments.drain(),
    clock,
    logger,
  });

  const certificate = config.tls && (await watchCertificate({ files: config.tls, clock, logger }));
  const access = createMediaAccess({ secret: config.secret, clock });
  const tracks = createTrackReader({ recordingsDir, manifests: createManifestReader() });
  const thumbnails = await openThumbnails({ stateDir, store });
  const exporting = await openExporting({
    recorderId,
    stateDir,
    tracks,
    store,
    writeEvidencePackage: createPackageWriter({
      recordingsDir,
      recorderId,
      segments: store,
      manifests,
      sealKey,
      verifierPath: VERIFIER,
      clock,
      logger,
    }),
    report: (progress) => link.request('export-progress', progress),
    access,
    dashboardOrigins,
    clock,
    logger,
  });
  const server = await createHttpServer({
    listener: createListener(certificate),
    modules: [
      playbackModule({
        tracks,
        store,
        sprites: thumbnails.sprites,
        access,
        dashboardOrigins,
        isRecording: (trackFolder) => supervisor.isRecording(trackFolder),
        clock,
      }),
      healing.module,
      exporting.module,
    ],
    health: () => ({ connected: link.ready, runs: supervisor.size }),
    logger,
  });
  const mediaUrl = await server.listen({ host: config.host, port: config.port });

  /** What talks to the sfu while it listens. */
  const talking = [announcements, sealReports, healing, exporting, statusReports, keeper];
  const link: SfuLink = createSfuLink({
    url: config.sfuUrl,
    secret: config.secret,
    identify: () => ({
      recorderId,
      mediaBaseUrl: config.publicUrl ?? mediaUrl,
      publicKey: sealKey.publicKey,
      status: readStatus(),
    }),
    handlers: {
      'start-run': (order) => {
        keeper.admit();
        return supervisor.start(order);
      },
      'stop-run': async ({ runId, untilMs }) => {
        await supervisor.stop(runId, untilMs);
        return {};
      },
      'run-sound': async ({ runId, ...packet }) => {
        await supervisor.addSound(runId, packet);
        return {};
      },
      'close-session': async (end) => {
        await closeSession(end, { recordingsDir, manifests });
        return {};
      },
      'hold-media': async ({ sessions }) => {
        await mediaStore.holdMedia(sessions);
        return {};
      },
      'start-export': async (job) => {
        await exporting.start(job);
        return {};
      },
      'cancel-export': async ({ exportId }) => {
        await exporting.cancel(exportId);
        return {};
      },
      'run-key-frame': ({ runId, ...keyFrame }) => supervisor.addKeyFrame(runId, keyFrame),
      'run-frame': ({ runId, ...frame }) => supervisor.addFrame(runId, frame),
    },
    events: {
      onReady: () => {
        for (const part of talking) part.resume();
      },
      onLost: (reason) => {
        for (const part of talking) part.pause();
        void supervisor.endAll(`The connection to the sfu was lost: ${reason}`);
      },
    },
    clock,
    logger,
  });

  const left = await openRuns.list();
  await reapOrphans({ recordingsDir, openRuns: left, clock, logger });
  await sealReports.takeOver(manifests);
  mediaStore.start();
  // What is to be recorded now comes first: what is left loses nothing by waiting.
  link.open();
  const adopting = caretaker.adoptAll(left);
  logger.info({ mediaUrl, recordingsDir, recorderId }, 'serving recordings');

  const close = (): Promise<void> =>
    closeRecorder({
      ...{ supervisor, caretaker, adopting, sealReports, link, talking, mediaStore, server, certificate },
      working: [keeper, healing, exporting],
    });
  let closing: Promise<void> | undefined;
  return { mediaUrl, close: () => (closing ??= close()) };
}
