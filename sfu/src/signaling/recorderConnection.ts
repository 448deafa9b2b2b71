import {
  ProtocolError,
  createRequester,
  recorderCommands,
  recorderRequests,
  serveRequests,
  type RecorderStatus,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { RecordingsRepository } from '../db/recordings.ts';
import type { SegmentWriter } from '../db/segmentWriter.ts';
import type { Exports } from '../exports/exports.ts';
import type { RecorderRegistry, RegisteredRecorder } from '../evidence/recorderRegistry.ts';
import type { HealedPieces } from '../healing/healedPieces.ts';
import type { Ledgers } from '../ledger/ledgers.ts';
import type { RecordingCoordinator } from '../recording/coordinator.ts';
import type { RecorderLink, RecorderPool } from '../recording/recorderPool.ts';
import type { MediaHolds } from '../retention/mediaHolds.ts';
import type { Reconciliation } from '../retention/reconciliation.ts';
import type { RetentionKeeper } from '../retention/retention.ts';
import { keepingRequests } from './keepingRequests.ts';
import { logRefusals } from './refusals.ts';
import type { RecorderSocket } from './sockets.ts';
import type { Limiter } from './tokenBucket.ts';

/** What the recorders' connections need. */
export interface RecorderConnectionDeps {
  recorders: RecorderPool;
  registry: Pick<RecorderRegistry, 'register'>;
  coordinator: RecordingCoordinator;
  repository: RecordingsRepository;
  segmentWriter: SegmentWriter;
  ledgers: Pick<Ledgers, 'segmentRecorded'>;
  exports: Pick<Exports, 'told'>;
  pieces: HealedPieces;
  retention: RetentionKeeper;
  reconciliation: Reconciliation;
  mediaHolds: Pick<MediaHolds, 'compare'>;
  logger: Logger;
}

/** Ending ffmpeg and making its last segment durable may take this long. */
const COMMAND_TIMEOUT_MS = 15_000;

/** Serves one recorder's connection until it ends. */
export function serveRecorder(socket: RecorderSocket, limiter: Limiter, deps: RecorderConnectionDeps): void {
  const { coordinator, recorders, repository, segmentWriter, logger } = deps;
  let link: RecorderLink | undefined;
  let latestStatus: RecorderStatus | undefined;
  let introduced = false;
  let registered: RegisteredRecorder | undefined;
  const requireRegistered = (): RegisteredRecorder => {
    if (registered !== undefined) return registered;
    throw new ProtocolError('not-connected', 'This recorder has not said that it is ready.');
  };
  const requireOwnRun = async (runId: string): Promise<void> => {
    const { recorderId } = requireRegistered();
    if (await repository.hasRun(runId, recorderId)) return;
    throw new ProtocolError(
      'unknown-run',
      'This recorder has no such run on record; its media stays on disk.',
    );
  };

  serveRequests(
    socket,
    recorderRequests,
    {
      'recorder-ready': async (introduction) => {
        if (introduced) throw new ProtocolError('already-connected', 'This recorder is ready already.');
        introduced = true;
        const { recorderId, mediaBaseUrl } = introduction;
        registered = await deps.registry.register(introduction);
        if (!socket.connected) {
          registered.left();
          throw new ProtocolError('not-connected', 'The recorder has left.');
        }
        latestStatus = introduction.status;
        link = linkTo(socket, introduction, () => latestStatus ?? introduction.status);
        logger.info({ recorderId, mediaBaseUrl }, 'recorder ready');
        recorders.add(link);
        return {};
      },
      'recorder-status': async ({ status }) => {
        await requireRegistered().told(status);
        latestStatus = status;
        return {};
      },
      'manifest-sealed': async (seal) => {
        await requireRegistered().sealed(seal);
        return {};
      },
      'segment-recorded': async ({ runId, segment }) => {
        await requireOwnRun(runId);
        await segmentWriter.add(runId, segment);
        await deps.ledgers.segmentRecorded(runId);
        coordinator.segmentRecorded(runId, segment);
        return {};
      },
      'run-ended': async ({ runId, reason, message }) => {
        await requireOwnRun(runId);
        const level = reason === 'silent' ? 'info' : 'warn';
        logger[level]({ runId, reason, message, code: `run-${reason}` }, 'a run ended by itself');
        recorders.events.emit('run-ended', runId, reason, message);
        return {};
      },
      'run-stats': async ({ runId }) => {
        const stats = await coordinator.statsOf(runId);
        if (stats === undefined) throw new ProtocolError('unknown-run', 'No such run is under way.');
        return stats;
      },
      'key-frame-needed': ({ runId }) => {
        coordinator.keyFrameNeeded(runId);
        return {};
      },
      'piece-uploaded': async ({ pieceId }) => ({
        gaps: await deps.pieces.uploaded(requireRegistered().recorderId, pieceId),
      }),
      'piece-healed': async ({ pieceId, ...outcome }) => {
        await deps.pieces.finished(requireRegistered().recorderId, pieceId, outcome);
        return {};
      },
      ...keepingRequests(() => requireRegistered().recorderId, deps),
      'export-progress': async (progress) => {
        await deps.exports.told(requireRegistered().recorderId, progress);
        return {};
      },
    },
    { admit: limiter, onRefused: logRefusals(logger) },
  );
  socket.on('disconnect', (reason) => {
    if (link === undefined) return;
    logger.warn({ recorderId: link.recorderId, reason, code: 'recorder-lost' }, 'recorder disconnected');
    recorders.remove(link);
    registered?.left();
  });
}

function linkTo(
  socket: RecorderSocket,
  { recorderId, mediaBaseUrl }: { recorderId: string; mediaBaseUrl: string },
  status: () => RecorderStatus,
): RecorderLink {
  const request = createRequester(socket, recorderCommands, COMMAND_TIMEOUT_MS);
  return {
    recorderId,
    mediaBaseUrl: mediaBaseUrl.replace(/\/$/, ''),
    get status() {
      return status();
    },
    startRun: (order) => request('start-run', order),
    stopRun: async (runId, untilMs) => {
      await request('stop-run', untilMs === undefined ? { runId } : { runId, untilMs });
    },
    closeSession: async (closing) => {
      await request('close-session', closing);
    },
    holdMedia: async (sessions) => {
      await request('hold-media', { sessions });
    },
    startExport: async (job) => {
      await request('start-export', job);
    },
    cancelExport: async (exportId) => {
      await request('cancel-export', { exportId });
    },
    soundArrived: async (runId, rtpTimestamp, atMs) => {
      await request('run-sound', { runId, rtpTimestamp, atMs });
    },
    keyFrameSent: (runId, rtpTimestamp, atMs) => socket.emit('run-key-frame', { runId, rtpTimestamp, atMs }),
    frameSent: (runId, rtpTimestamp, atMs) => socket.emit('run-frame', { runId, rtpTimestamp, atMs }),
  };
}
