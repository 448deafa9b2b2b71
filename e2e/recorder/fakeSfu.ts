import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createRequester,
  RECORDER_NAMESPACE,
  recorderCommands,
  recorderRequests,
  type ExportProgress,
  type DeletionClaim,
  type RecorderStatus,
  type Interval,
  type RecorderToServer,
  type Requester,
  type RunEndReason,
  type RunOrder,
  type Segment,
  type ServerToRecorder,
} from '@sightline/shared';
import { Server, type Socket } from 'socket.io';
import type * as z from 'zod';
import type { Closable } from '../harness/cleanup.ts';
import { until } from '../harness/until.ts';
import { startRtpRelay, type RelayedCodec, type RtpRelay, type Stream } from './rtpRelay.ts';
import { OPUS_PAYLOAD_TYPE, startSoundRelay, type SoundRelay } from './soundRelay.ts';

/** What a recorder said of a run. */
export interface RecordedRun {
  runId: string;
  relay: RtpRelay;
  /** There if the run has sound. */
  sound: SoundRelay | undefined;
  /** How often a key frame was asked for. */
  keyFramesNeeded: number;
  segments: Segment[];
  end: { reason: RunEndReason; message: string } | undefined;
  /** When the run's key frames went out, by the sfu's clock. */
  keyFramesAtMs: number[];
}

/** The sfu's half of the recorder protocol, over real sockets and with real media. */
export interface FakeSfu extends Closable {
  readonly url: string;
  readonly mediaBaseUrl: string;
  readonly track: Omit<RunOrder, 'runId' | 'rtpParameters' | 'audio'>;
  /** What the recorder told of itself last, what it may delete, and which of these claims it has carried out. */
  readonly keeping: {
    status: RecorderStatus | undefined;
    claims: DeletionClaim[];
    readonly deleted: string[];
  };
  /** Resolves when the recorder that serves media at this port is ready for runs. */
  recorderReady(port: number): Promise<void>;
  command: Requester<typeof recorderCommands>;
  /** @param options.parameterSets what the order says of them (`sprop-parameter-sets`); nothing by default */
  startRun(
    codec: RelayedCodec,
    options?: Stream & { sound?: boolean; parameterSets?: string },
  ): Promise<RecordedRun>;
  /** Cuts the connection to the recorder, which may come again. */
  disconnect(): void;
  /** Everything announced, by run. */
  segmentsOf(runId: string): Segment[];
  /** What the recorder said of an export, last. */
  exportOf(exportId: string): ExportProgress | undefined;
  /** What the recorder said of itself, last. */
  introduction(): RecorderIntroduction;
  /** What is missing of any piece that is uploaded, and what has become of pieces. */
  readonly healing: {
    gaps: Interval[];
    outcomes: z.output<(typeof recorderRequests)['piece-healed']['request']>[];
  };
  /** The seals of the track's session that were reported, in order. */
  seals(): ReportedSeal[];
}

/** How a recorder offers itself. */
type RecorderIntroduction = z.output<(typeof recorderRequests)['recorder-ready']['request']>;

/** A seal as a recorder reports it. */
export type ReportedSeal = z.output<(typeof recorderRequests)['manifest-sealed']['request']>;

const CODECS: Record<RelayedCodec, object> = {
  H264: { 'packetization-mode': 1, 'profile-level-id': '42e01f' },
  VP8: {},
};

const SOUND = {
  rtpParameters: {
    codecs: [{ mimeType: 'audio/opus', payloadType: OPUS_PAYLOAD_TYPE, clockRate: 48_000, channels: 2 }],
    encodings: [{ ssrc: 5_678 }],
  },
};

/**
 * Starts it on a free port; it gives up a connection that has been silent for `silenceMs`, and its clock is ahead of the
 * machine's by `clockAheadMs`.
 */
export async function startFakeSfu({ silenceMs = 45_000, clockAheadMs = 0 } = {}): Promise<FakeSfu> {
  const nowMs = (): number => Date.now() + clockAheadMs;
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const server = new Server(http, {
    transports: ['websocket'],
    pingInterval: silenceMs / 2,
    pingTimeout: silenceMs / 2,
  });
  const announced = new Map<string, Map<number, Segment>>();
  const runs = new Map<string, RecordedRun>();
  const healing: FakeSfu['healing'] = { gaps: [], outcomes: [] };
  const seals = new Map<number, ReportedSeal>();
  const packetsSent = new Map<string, () => number>();
  const exports = new Map<string, ExportProgress>();
  const keeping: FakeSfu['keeping'] = { status: undefined, claims: [], deleted: [] };
  let introduction: RecorderIntroduction | undefined;
  let recorder: { socket: Socket<RecorderToServer, ServerToRecorder>; mediaBaseUrl: string } | undefined;

  server.of(RECORDER_NAMESPACE).on('connection', (socket: Socket<RecorderToServer, ServerToRecorder>) => {
    socket.on('disconnect', () => {
      if (recorder?.socket === socket) recorder = undefined;
    });
    socket.on('recorder-ready', (payload, ack) => {
      introduction = recorderRequests['recorder-ready'].request.parse(payload);
      keeping.status = introduction.status;
      recorder = { socket, mediaBaseUrl: introduction.mediaBaseUrl };
      ack({ ok: true, data: {} });
    });
    socket.on('segment-recorded', (payload, ack) => {
      const { runId, segment } = recorderRequests['segment-recorded'].request.parse(payload);
      const ofRun = announced.get(runId) ?? new Map<number, Segment>();
      announced.set(runId, ofRun.set(segment.index, segment));
      runs.get(runId)?.segments.push(segment);
      ack({ ok: true, data: {} });
    });
    socket.on('manifest-sealed', (payload, ack) => {
      const seal = recorderRequests['manifest-sealed'].request.parse(payload);
      seals.set(seal.sealNumber, seal);
      ack({ ok: true, data: {} });
    });
    socket.on('piece-uploaded', (_payload, ack) => ack({ ok: true, data: { gaps: healing.gaps } }));
    socket.on('piece-healed', (payload, ack) => {
      healing.outcomes.push(recorderRequests['piece-healed'].request.parse(payload));
      ack({ ok: true, data: {} });
    });
    socket.on('recorder-status', (payload, ack) => {
      keeping.status = recorderRequests['recorder-status'].request.parse(payload).status;
      ack({ ok: true, data: {} });
    });
    socket.on('claim-deletions', (_payload, ack) => ack({ ok: true, data: { claims: keeping.claims } }));
    socket.on('begin-deletion', (_payload, ack) => ack({ ok: true, data: {} }));
    socket.on('media-deleted', (payload, ack) => {
      const { claimId } = recorderRequests['media-deleted'].request.parse(payload);
      keeping.claims = keeping.claims.filter((claim) => claim.claimId !== claimId);
      keeping.deleted.push(claimId);
      ack({ ok: true, data: {} });
    });
    socket.on('export-progress', (payload, ack) => {
      const told = recorderRequests['export-progress'].request.parse(payload);
      exports.set(told.exportId, told);
      ack({ ok: true, data: {} });
    });
    socket.on('reconcile', (_payload, ack) =>
      ack({ ok: true, data: { announceAgain: [], unknownSessions: [], missing: [] } }),
    );
    socket.on('run-ended', ({ runId, reason, message }, ack) => {
      const run = runs.get(runId);
      if (run !== undefined) run.end = { reason, message };
      ack({ ok: true, data: {} });
    });
    socket.on('key-frame-needed', ({ runId }, ack) => {
      const run = runs.get(runId);
      if (run !== undefined) run.keyFramesNeeded += 1;
      ack({ ok: true, data: {} });
    });
    socket.on('run-stats', ({ runId }, ack) => {
      ack({ ok: true, data: { packetsSent: packetsSent.get(runId)?.() ?? 0, pictureMs: 0 } });
    });
  });

  const present = (): NonNullable<typeof recorder> => {
    if (recorder === undefined) throw new Error('no recorder is connected');
    return recorder;
  };
  const track = {
    companyId: 'acme',
    userId: 'zoë %1',
    sessionId: randomUUID(),
    sessionStartedAtMs: nowMs(),
    trackId: 'display-1',
    userName: 'Zoë',
    hostName: 'ws-1',
    label: 'Display 1',
  };
  const command: FakeSfu['command'] = (name, payload) =>
    createRequester(present().socket, recorderCommands, 15_000)(name, payload);

  return {
    url: `http://127.0.0.1:${port}`,
    get mediaBaseUrl() {
      return present().mediaBaseUrl;
    },
    track,
    keeping,
    command,
    async recorderReady(mediaPort) {
      const isReady = (): boolean =>
        recorder !== undefined && new URL(recorder.mediaBaseUrl).port === String(mediaPort);
      await until('a recorder', isReady, { timeoutMs: 20_000 });
    },
    async startRun(codec, { sound: withSound = false, parameterSets, ...stream } = {}) {
      const runId = randomUUID();
      const { rtpPort, audio } = await command('start-run', {
        ...track,
        runId,
        rtpParameters: {
          codecs: [
            {
              mimeType: `video/${codec}`,
              payloadType: 96,
              clockRate: 90_000,
              parameters: {
                ...CODECS[codec],
                ...(parameterSets === undefined ? {} : { 'sprop-parameter-sets': parameterSets }),
              },
            },
          ],
          encodings: [{ ssrc: 1_234 }],
        },
        ...(withSound ? { audio: SOUND } : {}),
      });
      const keyFramesAtMs: number[] = [];
      let lastTimestamp: number | undefined;
      const relay = await startRtpRelay({
        ...stream,
        codec,
        rtpPort,
        onKeyFrame(rtpTimestamp) {
          const atMs = nowMs();
          if (rtpTimestamp !== lastTimestamp) keyFramesAtMs.push(atMs);
          lastTimestamp = rtpTimestamp;
          recorder?.socket.emit('run-key-frame', { runId, rtpTimestamp, atMs });
        },
      });
      const sound =
        audio === undefined
          ? undefined
          : await startSoundRelay({
              rtpPort: audio.rtpPort,
              announce: (rtpTimestamp, atMs) => command('run-sound', { runId, rtpTimestamp, atMs }),
            });
      const run: RecordedRun = {
        runId,
        relay,
        sound,
        segments: [],
        end: undefined,
        keyFramesAtMs,
        keyFramesNeeded: 0,
      };
      packetsSent.set(runId, () => relay.packetsSent);
      runs.set(runId, run);
      return run;
    },
    healing,
    disconnect: () => present().socket.disconnect(true),
    segmentsOf: (runId) => [...(announced.get(runId)?.values() ?? [])].sort((a, b) => a.index - b.index),
    exportOf: (exportId) => exports.get(exportId),
    introduction() {
      if (introduction === undefined) throw new Error('no recorder has come yet');
      return introduction;
    },
    seals: () => [...seals.values()].sort((a, b) => a.sealNumber - b.sealNumber),
    async close() {
      for (const run of runs.values()) {
        await run.relay.close();
        await run.sound?.close();
      }
      await server.close();
    },
  };
}
