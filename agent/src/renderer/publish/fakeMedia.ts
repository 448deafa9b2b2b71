import {
  agentRequests,
  ProtocolError,
  type AckEmitter,
  type ErrorCode,
  type LoginAnswer,
  type Source,
} from '@sightline/shared';
import { FakeTrack } from '../capture/fakeTrack.ts';
import type { Display } from '../capture/display.ts';
import type {
  MediaEngine,
  OutgoingStream,
  SendTransport,
  TransportHandlers,
  TransportState,
} from './mediaEngine.ts';

const RTP_PARAMETERS = { codecs: [{ mimeType: 'video/H264', clockRate: 90_000, payloadType: 96 }] };
const DTLS_PARAMETERS = { fingerprints: [{ algorithm: 'sha-256', value: '00' } as const] };
const ICE_PARAMETERS = { usernameFragment: 'u', password: 'p' };

/** A display for tests. */
export function fakeDisplay(trackId: string): Display {
  const [full, small] = [new FakeTrack(), new FakeTrack()];
  const close = (): void => {
    full.stop();
    small.stop();
  };
  return { trackId, label: trackId, full, small, audio: undefined, close };
}

/** A stream that is being sent, for tests. */
export function fakeStream(producerId: string, getStats: OutgoingStream['getStats']): OutgoingStream {
  return {
    producerId,
    maxBps: 1_000_000,
    getStats,
    probeUplink: async () => undefined,
    refreshBitrate: async () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    close: () => undefined,
  };
}

/** A server that keeps to the protocol's rules about sessions, transports and producers, for tests. */
export class FakeServer implements AckEmitter {
  sessionId: string | undefined;
  /** Whether the session is interrupted; the server remembers it as long as the session. */
  paused = false;
  readonly producers = new Map<string, { trackId: string; source: Source; transportId: string }>();
  readonly requested: string[] = [];
  readonly refused: ErrorCode[] = [];
  /** Refuses the next request of this name with the code. */
  readonly refuseNext = new Map<string, ErrorCode>();
  readonly #transports = new Set<string>();
  readonly #later: (work: () => Promise<void>) => Promise<unknown>;
  readonly #waiting = new Set<{ lose: (error: Error) => void; arrive: () => void }>();
  #canResume = false;
  #lastId = 0;

  /** @param later runs the work when the test wants it to. */
  constructor(later: (work: () => Promise<void>) => Promise<unknown> = (work) => work()) {
    this.#later = later;
  }

  get published(): string[] {
    return [...this.producers.values()].map(({ trackId, source }) => `${trackId}/${source}`).sort();
  }

  /** The connection breaks. `arrives`: what was asked before is done all the same, only the answers are lost. */
  cut({ arrives }: { arrives: boolean }): void {
    for (const { lose, arrive } of this.#waiting) {
      if (arrives) arrive();
      lose(new Error('socket has been disconnected'));
    }
    this.#waiting.clear();
  }

  /** Lets the agent in. By ticket it may go on, if the server has what it had. */
  logIn(how: 'by-ticket' | 'anew'): Pick<LoginAnswer, 'resumed' | 'session'> {
    const resumed = how === 'by-ticket' && this.#canResume;
    if (!resumed) this.loseMedia();
    this.#canResume = true;
    const { sessionId } = this;
    return { resumed, session: sessionId === undefined ? null : { sessionId, startedAtMs: 0 } };
  }

  /** The server is started again: media are gone, the session is not. */
  restart(): void {
    this.#canResume = false;
    this.loseMedia();
  }

  /** The grace is over. */
  endGrace(): void {
    this.restart();
    this.sessionId = undefined;
  }

  /** The media worker died; the session stays. */
  loseMedia(): void {
    this.#transports.clear();
    this.producers.clear();
  }

  timeout(): { emitWithAck(event: string, payload: unknown): Promise<unknown> } {
    return {
      emitWithAck: (event, payload) =>
        new Promise((resolve, reject) => {
          let answer: { data: unknown } | undefined;
          const arrive = (): unknown => (answer ??= { data: this.#answer(event, payload) }).data;
          const request = { lose: reject, arrive };
          this.#waiting.add(request);
          const work = async (): Promise<void> => {
            if (this.#waiting.delete(request)) resolve(arrive());
          };
          this.#later(work).catch(reject);
        }),
    };
  }

  #answer(event: string, payload: unknown): unknown {
    this.requested.push(event);
    try {
      const code = this.refuseNext.get(event);
      this.refuseNext.delete(event);
      if (code !== undefined) throw new ProtocolError(code, 'as the test wants it');
      return { ok: true, data: this.#handle(event, payload) };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.refused.push(error.code);
      return { ok: false, error: { code: error.code, message: error.message } };
    }
  }

  #handle(event: string, payload: unknown): unknown {
    switch (event) {
      case 'start-streaming':
        if (this.sessionId !== undefined) throw new ProtocolError('already-streaming', event);
        this.sessionId = this.#nextId('session');
        this.paused = false;
        return { sessionId: this.sessionId };
      case 'stop-streaming':
        this.#requireSession();
        this.sessionId = undefined;
        this.producers.clear();
        return {};
      case 'pause-streaming':
      case 'resume-streaming':
        this.#requireSession();
        this.paused = event === 'pause-streaming';
        return {};
      case 'get-router-capabilities':
        return { routerRtpCapabilities: {} };
      case 'create-transport': {
        const transportId = this.#nextId('transport');
        this.#transports.add(transportId);
        return {
          transportId,
          iceParameters: ICE_PARAMETERS,
          iceCandidates: [],
          dtlsParameters: DTLS_PARAMETERS,
        };
      }
      case 'connect-transport':
        this.#requireTransport(agentRequests['connect-transport'].request.parse(payload).transportId);
        return {};
      case 'restart-ice':
        this.#requireTransport(agentRequests['restart-ice'].request.parse(payload).transportId);
        return { iceParameters: ICE_PARAMETERS };
      case 'produce':
        return this.#produce(payload);
      case 'close-producer': {
        const { producerId } = agentRequests['close-producer'].request.parse(payload);
        if (!this.producers.delete(producerId)) throw new ProtocolError('unknown-producer', event);
        return {};
      }
      default:
        throw new ProtocolError('unknown-event', event);
    }
  }

  #produce(payload: unknown): { producerId: string } {
    const { trackId, source, transportId } = agentRequests.produce.request.parse(payload);
    this.#requireSession();
    this.#requireTransport(transportId);
    if (this.published.includes(`${trackId}/${source}`))
      throw new ProtocolError('duplicate-producer', trackId);
    const producerId = this.#nextId('producer');
    this.producers.set(producerId, { trackId, source, transportId });
    return { producerId };
  }

  #requireSession(): void {
    if (this.sessionId === undefined) throw new ProtocolError('not-streaming', 'no session');
  }

  #requireTransport(transportId: string): void {
    if (!this.#transports.has(transportId)) throw new ProtocolError('unknown-transport', transportId);
  }

  #nextId(kind: string): string {
    this.#lastId += 1;
    return `${kind}-${this.#lastId}`;
  }
}

/** A WebRTC engine without WebRTC, for tests. */
export class FakeEngine implements MediaEngine {
  /** What is being sent on transports that are open: the tracks, by producer. */
  readonly sent = new Map<string, MediaStreamTrack>();
  readonly #paused = new Set<string>();

  /** How many streams are being sent and not paused. */
  get sending(): number {
    return [...this.sent.keys()].filter((producerId) => !this.#paused.has(producerId)).length;
  }

  /** Tells the newest transport's owner of its state. */
  changeState: (state: TransportState) => void = () => undefined;

  async prepare(): ReturnType<MediaEngine['prepare']> {
    return { openTransport: (_options, handlers) => this.#open(handlers) };
  }

  #open(handlers: TransportHandlers): SendTransport {
    this.changeState = (state) => handlers.stateChanged(state);
    let connected = false;
    let closed = false;
    const streams = new Set<string>();
    const drop = (producerId: string): void => {
      if (!streams.delete(producerId)) return;
      this.sent.delete(producerId);
      this.#paused.delete(producerId);
    };
    const requireOpen = (track: MediaStreamTrack): void => {
      if (closed) throw new Error('The transport is closed.');
      if (track.readyState === 'ended') throw new Error('The track has ended.');
    };
    return {
      produce: async ({ track, trackId, label, source }) => {
        requireOpen(track);
        if (!connected) await handlers.connect({ fingerprints: [...DTLS_PARAMETERS.fingerprints] });
        connected = true;
        const order = { trackId, label, source, kind: 'video', rtpParameters: RTP_PARAMETERS } as const;
        const producerId = await handlers.produce(order);
        if (closed) throw new Error('The transport was closed.');
        streams.add(producerId);
        this.sent.set(producerId, track);
        return {
          ...fakeStream(producerId, async () => new Map()),
          pause: () => void this.#paused.add(producerId),
          resume: () => void this.#paused.delete(producerId),
          close: () => drop(producerId),
        };
      },
      restartIce: async () => undefined,
      getStats: async () => new Map(),
      close: () => {
        closed = true;
        for (const producerId of streams) drop(producerId);
      },
    };
  }
}
