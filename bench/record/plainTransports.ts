import { ProtocolError, type TransportOptions } from '@sightline/shared';
import type {
  EngineRouter,
  MediaEngine,
  MediaObject,
  MediaProducer,
  MediaRouter,
  MediaTransport,
  MediasoupEngine,
} from '@sightline/sfu';

/**
 * A loopback address of this process's own. Its transports take for their peer whoever sends first, and that must not be
 * somebody who still sends to an sfu that was killed and had the same port.
 */
const OWN_LOOPBACK = `127.${process.pid >> 16}.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}`;

/** The sfu's media engine, whose agents send plain RTP; everything behind their transports is as it is. */
export function withPlainTransports(engine: MediasoupEngine): MediaEngine {
  return {
    async placeAgent(companyId) {
      const placement = await engine.placeAgent(companyId);
      return { router: withPlainTransport(placement.router), release: () => placement.release() };
    },
    router: (routerId) => engine.router(routerId),
    close: () => engine.close(),
  };
}

function withPlainTransport(router: EngineRouter): MediaRouter {
  return {
    id: router.id,
    companyId: router.companyId,
    capabilities: router.capabilities,
    get closed() {
      return router.closed;
    },
    close: () => router.close(),
    onClosed: (listener) => router.onClosed(listener),
    async createTransport() {
      const transport = await router.engineRouter.createPlainTransport({
        listenInfo: { protocol: 'udp', ip: OWN_LOOPBACK },
        rtcpMux: true,
        comedia: true,
      });
      return new PlainTransport(transport);
    },
    createTap: (producerId) => router.createTap(producerId),
  };
}

type EngineTransport = Awaited<ReturnType<EngineRouter['engineRouter']['createPlainTransport']>>;
type EngineProducer = Awaited<ReturnType<EngineTransport['produce']>>;

/** What the engine's objects have in common. */
interface EngineObject {
  readonly id: string;
  readonly closed: boolean;
  readonly observer: { once(event: 'close', listener: () => void): unknown };
  close(): void;
}

class Wrapped implements MediaObject {
  readonly #object: EngineObject;

  constructor(object: EngineObject) {
    this.#object = object;
  }

  get id(): string {
    return this.#object.id;
  }

  get closed(): boolean {
    return this.#object.closed;
  }

  close(): void {
    this.#object.close();
  }

  onClosed(listener: (reason: undefined) => void): void {
    this.#object.observer.once('close', () => listener(undefined));
  }
}

class PlainProducer extends Wrapped implements MediaProducer {
  readonly kind: 'audio' | 'video';
  readonly #producer: EngineProducer;
  readonly #transport: EngineTransport;

  constructor(producer: EngineProducer, transport: EngineTransport) {
    super(producer);
    this.#producer = producer;
    this.#transport = transport;
    this.kind = producer.kind;
  }

  async packetsReceived(): Promise<number> {
    const streams = await this.#producer.getStats();
    return streams.reduce((sum, { packetCount }) => sum + packetCount, 0);
  }

  async activity(): Promise<{ bitrateBps: number; senderThere: boolean }> {
    const [streams, [received]] = await Promise.all([this.#producer.getStats(), this.#transport.getStats()]);
    return {
      bitrateBps: streams.reduce((sum, { bitrate }) => sum + bitrate, 0),
      senderThere: (received?.recvBitrate ?? 0) > 0,
    };
  }

  async nextPacket(): Promise<never> {
    throw new ProtocolError('media-unavailable', 'A simulated agent has no sound.');
  }
}

/** Its address is its only candidate; of ICE and DTLS, which plain RTP has not, the options are blank. */
class PlainTransport extends Wrapped implements MediaTransport {
  readonly options: TransportOptions;
  readonly connected = true;
  readonly #transport: EngineTransport;

  constructor(transport: EngineTransport) {
    super(transport);
    this.#transport = transport;
    const { localAddress: address, localPort: port } = transport.tuple;
    this.options = {
      transportId: transport.id,
      iceParameters: { usernameFragment: '', password: '' },
      iceCandidates: [
        { foundation: 'plain', priority: 1, ip: address, address, protocol: 'udp', port, type: 'host' },
      ],
      dtlsParameters: { fingerprints: [{ algorithm: 'sha-256', value: '' }] },
    };
  }

  async connect(): Promise<void> {
    // The transport learns the agent's address from its first packet.
  }

  async restartIce(): Promise<never> {
    throw new ProtocolError('cannot-consume', 'A simulated agent has no ICE.');
  }

  async produce(stream: Parameters<MediaTransport['produce']>[0]): Promise<MediaProducer> {
    return new PlainProducer(await this.#transport.produce(stream), this.#transport);
  }

  async consume(): Promise<never> {
    throw new ProtocolError('cannot-consume', 'A simulated agent only sends.');
  }
}
