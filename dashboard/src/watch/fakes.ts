import { createRequester, ProtocolError, viewerRequests, type ErrorCode } from '@sightline/shared';
import type { ViewerRequester } from '../signaling/viewerConnection.ts';
import type { EngineConsumer, EngineTransport, MediaEngine, TransportCallbacks } from './engine.ts';

/** For tests: a server of streams, and the browser's media engine at its boundary. */
export interface FakeMedia {
  request: ViewerRequester;
  engine: MediaEngine;
  /** The requests that were answered, as `name id`. */
  log: string[];
  /** Consumers that the server has, with whether they flow. */
  atServer: Map<string, boolean>;
  /** Consumers that the engine has open. */
  inEngine: Set<string>;
  /** The callbacks of the transports that were made, in order. */
  transports: TransportCallbacks[];
  /** From now on this request is refused; undefined lets it succeed again. */
  refuse(name: keyof typeof viewerRequests, code: ErrorCode | undefined): void;
  /** From now on consuming in the engine fails. */
  breakEngine(broken: boolean): void;
}

const ICE = { iceParameters: { usernameFragment: 'u', password: 'p' } };
const TRANSPORT = {
  ...ICE,
  iceCandidates: [],
  dtlsParameters: { fingerprints: [{ algorithm: 'sha-256', value: 'AB' }] },
};

const RTP_PARAMETERS = { codecs: [{ mimeType: 'video/H264', payloadType: 100, clockRate: 90_000 }] };

/** Builds a {@link FakeMedia} that answers within a few microtasks. */
export function createFakeMedia(): FakeMedia {
  const refusals = new Map<string, ErrorCode>();
  const log: string[] = [];
  const atServer = new Map<string, boolean>();
  const inEngine = new Set<string>();
  const transports: TransportCallbacks[] = [];
  let made = 0;
  let engineBroken = false;

  const idOf = (payload: unknown, key: string): string =>
    typeof payload === 'object' && payload !== null ? String(Reflect.get(payload, key) ?? '') : '';

  function answer(name: string, payload: unknown): object {
    const consumerId = idOf(payload, 'consumerId');
    const producerId = idOf(payload, 'producerId');
    log.push([name, consumerId || producerId].join(' ').trim());
    const code = refusals.get(name);
    if (code !== undefined) return refused(code);
    switch (name) {
      case 'get-router-capabilities':
        return { routerRtpCapabilities: {} };
      case 'create-transport':
        return { ...TRANSPORT, transportId: `transport-${(made += 1)}` };
      case 'consume': {
        const id = `consumer-${(made += 1)}`;
        atServer.set(id, false);
        return { consumerId: id, producerId, kind: 'video', rtpParameters: RTP_PARAMETERS };
      }
      case 'resume-consumer':
      case 'pause-consumer':
        if (!atServer.has(consumerId)) return refused('unknown-consumer');
        atServer.set(consumerId, name === 'resume-consumer');
        return {};
      case 'close-consumer':
        return atServer.delete(consumerId) ? {} : refused('unknown-consumer');
      default:
        return ICE;
    }
  }

  function createTransport(transportId: string): EngineTransport {
    const open = new Set<EngineConsumer>();
    let closed = false;
    return {
      transportId,
      rtpCapabilities: {},
      async consume({ consumerId }) {
        await Promise.resolve();
        if (engineBroken || closed) throw new Error('The engine cannot consume.');
        inEngine.add(consumerId);
        const consumer: EngineConsumer = {
          track: new FakeTrack(consumerId),
          receiver: undefined,
          close: () => void inEngine.delete(consumerId),
        };
        open.add(consumer);
        return consumer;
      },
      restartIce: async () => undefined,
      getStats: async () => new Map(),
      close() {
        closed = true;
        for (const consumer of open) consumer.close();
      },
    };
  }

  return {
    request: createRequester(
      {
        timeout: () => ({
          emitWithAck: async (name, payload) => {
            try {
              return { ok: true, data: answer(name, payload) };
            } catch (error) {
              if (!(error instanceof ProtocolError)) throw error;
              return { ok: false, error: { code: error.code, message: error.message } };
            }
          },
        }),
      },
      viewerRequests,
    ),
    engine: {
      createReceiveTransport: async (_capabilities, { transportId }, callbacks) => {
        transports.push(callbacks);
        return createTransport(transportId);
      },
    },
    log,
    atServer,
    inEngine,
    transports,
    refuse(name, code) {
      if (code === undefined) refusals.delete(name);
      else refusals.set(name, code);
    },
    breakEngine(broken) {
      engineBroken = broken;
    },
  };
}

function refused(code: ErrorCode): never {
  throw new ProtocolError(code, `Refused with ${code}.`);
}

/** A received track that exists without a browser. */
class FakeTrack extends EventTarget implements MediaStreamTrack {
  readonly id: string;
  readonly kind = 'video';
  readonly label = '';
  readonly muted = false;
  readonly readyState = 'live';
  contentHint = '';
  enabled = true;
  onended = null;
  onmute = null;
  onunmute = null;

  constructor(id: string) {
    super();
    this.id = id;
  }

  applyConstraints = async (): Promise<void> => undefined;
  clone = (): MediaStreamTrack => new FakeTrack(this.id);
  getCapabilities = (): MediaTrackCapabilities => ({});
  getConstraints = (): MediaTrackConstraints => ({});
  getSettings = (): MediaTrackSettings => ({});
  stop = (): void => undefined;
}
