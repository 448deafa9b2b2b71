import type { MediaHold, ProtocolError, RecorderStatus, RunOrder, SessionClosing } from '@sightline/shared';
import type { RecorderLink } from './recorderPool.ts';

/** A recorder without media, for tests: it takes every run, or refuses it. */
export interface FakeRecorder extends RecorderLink {
  readonly started: RunOrder[];
  readonly stopped: string[];
  /** How long their last pictures stood, as far as it was told. */
  readonly stood: number[];
  /** The ledgers that it was told. */
  readonly closings: SessionClosing[];
  /** What it was told of holds, a list per command. */
  readonly holds: MediaHold[][];
  /** What it was told of sound. */
  readonly sounds: { runId: string; rtpTimestamp: number }[];
  /** With what `startRun` and `holdMedia` fail. */
  refusal: Error | ProtocolError | undefined;
  status: RecorderStatus;
}

const STATUS: RecorderStatus = {
  disk: { state: 'ok', freeBytes: 1e12, totalBytes: 2e12 },
  store: { kind: 'local', backlogSegments: 0, backlogBytes: 0 },
  admission: { open: true },
  runs: 0,
  problems: [],
};

/** Builds one. */
export function createFakeRecorder(recorderId = 'recorder-1'): FakeRecorder {
  const ports = { rtpPort: 5_000, rtcpPort: 5_001 };
  const recorder: FakeRecorder = {
    recorderId,
    mediaBaseUrl: 'http://127.0.0.1:3001',
    status: STATUS,
    started: [],
    stopped: [],
    stood: [],
    closings: [],
    holds: [],
    sounds: [],
    refusal: undefined,
    startRun(order) {
      recorder.started.push(order);
      if (recorder.refusal !== undefined) return Promise.reject(recorder.refusal);
      const audio = order.audio === undefined ? {} : { audio: { rtpPort: 5_002, rtcpPort: 5_003 } };
      return Promise.resolve({ host: '127.0.0.1', ...ports, ...audio });
    },
    stopRun(runId, untilMs) {
      recorder.stopped.push(runId);
      if (untilMs !== undefined) recorder.stood.push(untilMs);
      return Promise.resolve();
    },
    closeSession(closing) {
      recorder.closings.push(closing);
      return Promise.resolve();
    },
    holdMedia(sessions) {
      recorder.holds.push(sessions);
      return recorder.refusal === undefined ? Promise.resolve() : Promise.reject(recorder.refusal);
    },
    startExport: () => Promise.resolve(),
    cancelExport: () => Promise.resolve(),
    soundArrived(runId, rtpTimestamp) {
      recorder.sounds.push({ runId, rtpTimestamp });
      return Promise.resolve();
    },
    keyFrameSent: () => undefined,
    frameSent: () => undefined,
  };
  return recorder;
}
