import * as z from 'zod';
import { empty, timeMs } from './common.ts';
import { id, rtpParameters, trackId } from './media.ts';
import type { NoticeEvents, NoticeTable, RequestEvents, RequestTable } from './tables.ts';

/** The Socket.IO namespace of recorders. */
export const RECORDER_NAMESPACE = '/recorder';

/**
 * Why a run ended. Only `stopped` was asked for. After any other the sfu begins a new run; after `silent`, when
 * packets come again.
 */
export const runEndReason = z.enum([
  'stopped',
  'silent',
  'stalled',
  'ffmpeg-exited',
  'start-failed',
  'worker-died',
  'recorder-lost',
]);

/** A closed, durable piece of a run. */
export const segment = z.object({
  /** Position within its run, from 0. */
  index: z.int().nonnegative(),
  /** The sfu's wall time of its first frame, ms since 1970. */
  startMs: timeMs,
  durationMs: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
});

/** What the sfu asks of a recorder. */
export const recorderCommands = {
  /**
   * Begins a run. Acknowledged when ffmpeg listens on the ports; only then may packets go out, for what
   * comes earlier is lost.
   */
  'start-run': {
    request: z.object({
      runId: id,
      companyId: z.string(),
      userId: z.string(),
      sessionId: id,
      sessionStartedAtMs: timeMs,
      trackId,
      /** The parameters of the sfu's consumer: what will arrive. */
      rtpParameters,
    }),
    response: z.object({
      host: z.string(),
      rtpPort: z.int().positive(),
      rtcpPort: z.int().positive(),
    }),
  },
  /** Ends a run; acknowledged when its last segment is durable and has been announced. */
  'stop-run': { request: z.object({ runId: id }), response: empty },
} as const satisfies RequestTable;

/** What the sfu tells a recorder without waiting for an answer. */
export const recorderNotices = {
  /** A key frame went out to the run: its RTP timestamp (90 kHz, 32 bit) and the sfu's wall time. */
  'run-key-frame': z.object({ runId: id, rtpTimestamp: z.int().nonnegative(), atMs: timeMs }),
} as const satisfies NoticeTable;

/** What a recorder asks of the sfu. */
export const recorderRequests = {
  /** Offers its service; runs are started from now on. `mediaBaseUrl` is where browsers fetch media. */
  'recorder-ready': {
    request: z.object({ recorderId: id, mediaBaseUrl: z.url() }),
    response: empty,
  },
  /** Announces a segment that is durable. The same one may be announced again. */
  'segment-recorded': { request: z.object({ runId: id, segment }), response: empty },
  /** A run is over, for a reason that was not `stop-run`. */
  'run-ended': {
    request: z.object({ runId: id, reason: runEndReason, message: z.string().max(2_000) }),
    response: empty,
  },
  /** How many packets have gone out to the run so far: a file that does not grow meanwhile is a stall. */
  'run-stats': {
    request: z.object({ runId: id }),
    response: z.object({ packetsSent: z.int().nonnegative() }),
  },
} as const satisfies RequestTable;

/** Recorder to server. */
export type RecorderToServer = RequestEvents<typeof recorderRequests>;
/** Server to recorder. */
export type ServerToRecorder = RequestEvents<typeof recorderCommands> & NoticeEvents<typeof recorderNotices>;
/** See {@link segment}. */
export type Segment = z.output<typeof segment>;
/** See {@link runEndReason}. */
export type RunEndReason = z.output<typeof runEndReason>;
/** What identifies and feeds a run. */
export type RunOrder = z.output<(typeof recorderCommands)['start-run']['request']>;
