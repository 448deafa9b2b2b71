import * as z from 'zod';
import { sha256Hex } from '../evidence/digest.ts';
import { interval, ledgerSpan } from '../evidence/ledger.ts';
import { MAX_EXPORT_SOURCES, exportOrder, exportState, mediaElsewhere } from './api/exports.ts';
import { recorderStatus } from './api/storage.ts';
import { empty, sessionStartMs, timeMs } from './common.ts';
import { id, rtpParameters, trackId } from './media.ts';
import type { NoticeEvents, NoticeTable, RequestEvents, RequestTable } from './tables.ts';
import { pathText } from './text.ts';

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
  'disk-full',
]);

/** A closed, durable piece of a run. */
export const segment = z.object({
  /** Position within its run, from 0. */
  index: z.int().nonnegative(),
  /** The sfu's wall time of its first frame, ms since 1970. */
  startMs: timeMs,
  durationMs: z.int().nonnegative(),
  /** Size of the plaintext. */
  bytes: z.int().nonnegative(),
  /** Of the plaintext. */
  sha256: sha256Hex,
  /** Within it, what was lost between sfu and recorder: each from the loss to the next key frame. */
  holes: z.array(interval).max(1_000),
});

/** Where a session belongs: what names its folder. */
export const sessionLocation = z.object({
  companyId: id,
  userId: z.string(),
  sessionId: id,
  sessionStartedAtMs: timeMs,
});

/** Whether any legal hold that stands covers a session. */
export const mediaHold = sessionLocation.extend({ held: z.boolean() });

/** How many sessions one `hold-media` names: each becomes a file on the recorder's disk. */
export const MAX_MEDIA_HOLDS = 100;

/** Where a run's packets are to go. */
const rtpPorts = z.object({ rtpPort: z.int().positive(), rtcpPort: z.int().positive() });

/** A track of a session whose media this recorder has. */
const mediaSource = sessionLocation.extend({ trackId });

/** What an export is made of. */
export const exportJob = z.object({
  exportId: id,
  order: exportOrder,
  userName: z.string(),
  /** In order of time. */
  sources: z.array(mediaSource).min(1).max(MAX_EXPORT_SOURCES),
  /** What was ordered, and others have: it cannot be in there, and has to be named. None in a job that is older than this. */
  elsewhere: z.array(mediaElsewhere).default([]),
  /**
   * For an evidence package, each as it is to be in there. `ledgers`: a JSON array of `sessionLedger`. `accessHistory`: the
   * audit entries that tell who had access, `companyLog`: the last seal of each of its sessions, recorders and their keys
   * (`companyLogEntry`); both JSON lines, by number.
   */
  evidence: z
    .object({ ledgers: z.string(), accessHistory: z.string(), companyLog: z.string() })
    .exactOptional(),
});

/** Leave to delete the media of a session, given once: the sfu gives none for what is held. */
export const deletionClaim = sessionLocation.extend({
  claimId: id,
  cause: z.enum(['retention-age', 'retention-bytes', 'disk-full']),
});

/** What has gone out to a run so far. */
const runStats = z.object({
  /** Of its video, to the recorder. */
  packetsSent: z.int().nonnegative(),
  /** For how long the largest picture is under way over the agent's uplink, from its first packet to its last. */
  pictureMs: z.int().nonnegative(),
});

/** A packet or frame of a run: its RTP timestamp (32 bit), and when it was at the sfu, by that one's wall time. */
const rtpMoment = z.object({ runId: id, rtpTimestamp: z.int().nonnegative(), atMs: timeMs });

/** What the sfu asks of a recorder. */
export const recorderCommands = {
  /**
   * Begins a run. Acknowledged when ffmpeg listens on the ports; only then may packets go out, for what
   * comes earlier is lost.
   */
  'start-run': {
    request: z.object({
      runId: id,
      companyId: id,
      userId: pathText,
      userName: z.string(),
      hostName: z.string(),
      sessionId: id,
      sessionStartedAtMs: sessionStartMs,
      trackId,
      label: z.string(),
      /** The parameters of the sfu's consumer: what will arrive. */
      rtpParameters,
      /** Of the sound that goes with it, if there is any; its silence never holds up the video. */
      audio: z.object({ rtpParameters }).exactOptional(),
    }),
    response: z.object({ host: z.string(), ...rtpPorts.shape, audio: rtpPorts.exactOptional() }),
  },
  /**
   * A packet of the run's sound has arrived at the sfu: its RTP timestamp (48 kHz, 32 bit) and the sfu's wall time. Sound
   * flows to the run only after the first acknowledgement; repeated, because clocks drift.
   */
  'run-sound': {
    request: rtpMoment,
    response: empty,
  },
  /**
   * Ends a run; acknowledged when its last segment is durable and has been announced. `untilMs`: nothing moved any more,
   * and the sender was there until then, so that its last picture stands until then.
   */
  'stop-run': { request: z.object({ runId: id, untilMs: timeMs.exactOptional() }), response: empty },
  /**
   * A session is over, or was extended by healing: enters its ledger into the manifest and seals it. Acknowledged when
   * durable; the same may be said again. `unknown-session` if this recorder has nothing of it.
   */
  'close-session': {
    request: sessionLocation.extend({
      endedAtMs: timeMs,
      tracks: z.array(z.object({ trackId, spans: z.array(ledgerSpan) })),
    }),
    response: empty,
  },
  /**
   * Legal holds were placed or released: which of these sessions are held now. Only recorders with an object store are
   * told, which lock what they have of them there. Acknowledged when durable; the same may be said again.
   */
  'hold-media': {
    request: z.object({ sessions: z.array(mediaHold).min(1).max(MAX_MEDIA_HOLDS) }),
    response: empty,
  },
  /** Queues an export; acknowledged when the queue on disk has it. The same may be said again. */
  'start-export': { request: exportJob, response: empty },
  /** Drops an export, finished or not, and everything that it made. */
  'cancel-export': { request: z.object({ exportId: id }), response: empty },
} as const satisfies RequestTable;

/** What the sfu tells a recorder without waiting for an answer. */
export const recorderNotices = {
  /** A key frame went out to the run: its RTP timestamp (90 kHz, 32 bit) and the sfu's wall time. */
  'run-key-frame': rtpMoment,
  /** The same of a frame of the run's first seconds that was less late than those before it. */
  'run-frame': rtpMoment,
} as const satisfies NoticeTable;

/** What a recorder asks of the sfu. */
export const recorderRequests = {
  /** Offers its service; runs are started from now on. `mediaBaseUrl` is where browsers fetch media. */
  'recorder-ready': {
    request: z.object({
      recorderId: id,
      mediaBaseUrl: z.url(),
      /** Ed25519, SPKI in PEM: it seals manifests with the private half. */
      publicKey: z.string().max(1_024),
      status: recorderStatus,
    }),
    response: empty,
  },
  /** Tells how it is doing: when anything but the free bytes has changed, and every 30 s. */
  'recorder-status': { request: z.object({ status: recorderStatus }), response: empty },
  /** Announces a segment that is durable. The same one may be announced again. */
  'segment-recorded': { request: z.object({ runId: id, segment }), response: empty },
  /** A run is over, for a reason that was not `stop-run`. */
  'run-ended': {
    request: z.object({ runId: id, reason: runEndReason, message: z.string().max(2_000) }),
    response: empty,
  },
  /** What has gone out to the run so far: a file that does not grow meanwhile is a stall. */
  'run-stats': { request: z.object({ runId: id }), response: runStats },
  /** Packets of a run were lost: a key frame ends the damage. */
  'key-frame-needed': { request: z.object({ runId: id }), response: empty },
  /** A seal is durable: the company's log is to have it. The same may be said again. */
  'manifest-sealed': {
    request: z.object({
      sessionId: id,
      companyId: id,
      sealNumber: z.int().positive(),
      sealedHash: sha256Hex,
      keyId: sha256Hex,
      signature: z.string().max(128),
    }),
    response: empty,
  },
  /**
   * An agent's piece has been uploaded whole: says which parts of it are missing in the recording, to be made into
   * segments of the run whose id is the piece's. Null as long as a live run that touches it has not announced all of its
   * segments: ask again. `unknown-piece` if it is not this recorder's to heal: drop it.
   */
  'piece-uploaded': {
    request: z.object({ pieceId: id }),
    response: z.object({ gaps: z.array(interval).nullable() }),
  },
  /** The piece is durable in the recording, or cannot be used: the agent may let go of it. */
  'piece-healed': {
    request: z.object({
      pieceId: id,
      outcome: z.enum(['healed', 'not-needed', 'unusable']),
      message: z.string().max(2_000),
    }),
    response: empty,
  },
  /**
   * Asks what to delete: by retention, or, if the disk is full, the oldest of what this recorder has, up to
   * `bytesNeeded`. What was claimed and not yet reported deleted is named again. Nothing that is held is ever named.
   */
  'claim-deletions': {
    request: z.discriminatedUnion('cause', [
      z.object({ cause: z.literal('retention') }),
      z.object({ cause: z.literal('disk-full'), bytesNeeded: z.int().positive() }),
    ]),
    response: z.object({ claims: z.array(deletionClaim).max(1_000) }),
  },
  /**
   * Asks, before anything of a claim is touched, whether it still stands: a hold that was placed meanwhile withdraws it
   * (`unknown-claim`). From the answer on the deletion is finished, whatever happens; a hold that comes later says so.
   */
  'begin-deletion': { request: z.object({ claimId: id }), response: empty },
  /** The media of a claim is gone and its tombstones are durable. The same may be said again. */
  'media-deleted': { request: z.object({ claimId: id, bytes: z.int().nonnegative() }), response: empty },
  /**
   * Compares what is on disk with what is on record: all sessions of this recorder that started from `fromMs` to before
   * `toMs`, or since `fromMs` if that is null. Segments that a claim deleted are not counted. `held`: what `hold-media` said
   * of the session last; where that is outdated, it is said again. Absent if the recorder has no object store.
   */
  reconcile: {
    request: z.object({
      fromMs: timeMs,
      toMs: timeMs.nullable(),
      sessions: z
        .array(
          sessionLocation.extend({
            held: z.boolean().exactOptional(),
            runs: z
              .array(z.object({ runId: id, segments: z.int().nonnegative(), bytes: z.int().nonnegative() }))
              .max(1_000),
          }),
        )
        .max(1_000),
    }),
    response: z.object({
      /** Runs of which less is on record than on disk, or something else. */
      announceAgain: z.array(z.object({ sessionId: id, runId: id })),
      /** Sessions that are not on record, or not with all their runs. */
      unknownSessions: z.array(id),
      /** Runs of which more is on record for this recorder than on disk, and how many segments that is. */
      missing: z.array(z.object({ sessionId: id, runId: id, segments: z.int().positive() })),
    }),
  },
  'export-progress': {
    request: z.object({
      exportId: id,
      state: exportState,
      progress: z.number().min(0).max(1),
      message: z.string().max(2_000).nullable(),
      bytes: z.int().nonnegative().nullable(),
    }),
    response: empty,
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
/** What has gone out to a run so far. */
export type RunStats = z.output<typeof runStats>;
/** The ledger of a session that is over. */
export type SessionClosing = z.output<(typeof recorderCommands)['close-session']['request']>;
/** See {@link sessionLocation}. */
export type SessionLocation = z.output<typeof sessionLocation>;
/** How an export is doing. */
export type ExportProgress = z.output<(typeof recorderRequests)['export-progress']['request']>;
/** See {@link exportJob}. */
export type ExportJob = z.output<typeof exportJob>;
/** See {@link mediaHold}. */
export type MediaHold = z.output<typeof mediaHold>;
/** See {@link deletionClaim}. */
export type DeletionClaim = z.output<typeof deletionClaim>;
