import { createSocket } from 'node:dgram';
import type {
  DtlsParameters,
  MediaEngine,
  OutgoingMedia,
  OutgoingStream,
  SendTransport,
  TransportHandlers,
} from '@sightline/agent/renderer/publish/mediaEngine.ts';
import type { TransportOptions } from '@sightline/shared';
import { CAPTURED_CODEC } from '../record/capture.ts';
import { lightFeed, type PacketFeed, type RunningFeed } from './packetFeed.ts';
import { reportedSources } from './rtcp.ts';

/** The server's plain transports need none, but the agent sends them. */
const DTLS_PARAMETERS: DtlsParameters = {
  fingerprints: [{ algorithm: 'sha-256', value: Array(32).fill('00').join(':') }],
};

/** The media engine of one agent: it sends plain RTP, and hears whether it arrives. */
export class PlainMedia implements MediaEngine {
  readonly #streams = new Set<PlainStream>();
  readonly #reported = new Set<number>();
  readonly #feedOf: (source: OutgoingMedia['source']) => PacketFeed;
  #nextSsrc: number;

  /**
   * @param firstSsrc this one and those that follow it are the agent's own.
   * @param feedOf what is sent as which stream; by default a packet now and then.
   */
  constructor(firstSsrc: number, feedOf: (source: OutgoingMedia['source']) => PacketFeed = () => lightFeed) {
    this.#nextSsrc = firstSsrc;
    this.#feedOf = feedOf;
  }

  /** How many of the present streams the server has reported to receive. */
  get received(): number {
    return [...this.#streams].filter(({ ssrc }) => this.#reported.has(ssrc)).length;
  }

  async prepare(): ReturnType<MediaEngine['prepare']> {
    return { openTransport: (options, handlers) => this.#open(options, handlers) };
  }

  #open({ iceCandidates }: TransportOptions, handlers: TransportHandlers): SendTransport {
    const [address] = iceCandidates;
    if (address === undefined) throw new Error('The sfu named no address for media.');
    const socket = createSocket('udp4');
    const streams = new Set<PlainStream>();
    const drop = (stream: PlainStream): void => {
      stream.feed?.stop();
      streams.delete(stream);
      this.#streams.delete(stream);
    };
    const opened = new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.connect(address.port, address.address);
    // While the sfu is dead nobody takes the packets.
    socket.on('error', () => undefined);
    socket.on('message', (packet) => {
      for (const ssrc of reportedSources(packet)) this.#reported.add(ssrc);
    });
    let connecting: Promise<void> | undefined;
    return {
      produce: async (media) => {
        await (connecting ??= opened.then(() => handlers.connect(DTLS_PARAMETERS)));
        const stream = new PlainStream(this.#nextSsrc++, drop);
        stream.producerId = await handlers.produce(stream.orderOf(media, streams.size));
        streams.add(stream);
        this.#streams.add(stream);
        stream.feed = this.#feedOf(media.source)(stream.ssrc, (header, payload) => {
          if (!stream.paused) socket.send([header, payload], () => undefined);
        });
        return stream;
      },
      restartIce: async () => undefined,
      getStats: async () => new Map(),
      close() {
        for (const stream of streams) drop(stream);
        socket.close();
      },
    };
  }
}

class PlainStream implements OutgoingStream {
  readonly ssrc: number;
  readonly maxBps = 1_000_000;
  producerId = '';
  paused = false;
  feed: RunningFeed | undefined;
  readonly #drop: (stream: PlainStream) => void;

  constructor(ssrc: number, drop: (stream: PlainStream) => void) {
    this.ssrc = ssrc;
    this.#drop = drop;
  }

  orderOf(
    { trackId, label, source }: OutgoingMedia,
    place: number,
  ): Parameters<TransportHandlers['produce']>[0] {
    const rtpParameters = {
      mid: String(place),
      codecs: [CAPTURED_CODEC],
      encodings: [{ ssrc: this.ssrc }],
    };
    return { trackId, label, source, kind: 'video', rtpParameters };
  }

  async getStats(): Promise<RTCStatsReport> {
    return new Map();
  }

  async probeUplink(): Promise<void> {
    // Nothing here has an uplink.
  }

  async refreshBitrate(): Promise<void> {
    // Nothing here has an encoder.
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  close(): void {
    this.#drop(this);
  }
}
