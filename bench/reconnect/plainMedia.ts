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
import { rtpHeader } from '../record/rtp.ts';
import { reportedSources } from './rtcp.ts';

/** Light, for what is measured is signaling; but often enough that no producer counts as silent. */
const PACKET_INTERVAL_MS = 500;
const TICKS_PER_PACKET = (PACKET_INTERVAL_MS / 1_000) * CAPTURED_CODEC.clockRate;
/** The slice of a key frame (RFC 6184, section 5.2), of bytes that nobody decodes. */
const PAYLOAD = Buffer.concat([Buffer.from([0x65]), Buffer.alloc(199, 0xff)]);
/** The server's plain transports need none, but the agent sends them. */
const DTLS_PARAMETERS: DtlsParameters = {
  fingerprints: [{ algorithm: 'sha-256', value: Array(32).fill('00').join(':') }],
};

/** The media engine of one agent: it sends plain RTP, and hears whether it arrives. */
export class PlainMedia implements MediaEngine {
  readonly #streams = new Set<PlainStream>();
  readonly #reported = new Set<number>();
  #nextSsrc: number;

  /** @param firstSsrc this one and those that follow it are the agent's own. */
  constructor(firstSsrc: number) {
    this.#nextSsrc = firstSsrc;
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
    const timer = setInterval(() => {
      for (const stream of streams) {
        if (!stream.paused) socket.send(stream.nextPacket(), () => undefined);
      }
    }, PACKET_INTERVAL_MS);
    let connecting: Promise<void> | undefined;
    return {
      produce: async (media) => {
        await (connecting ??= opened.then(() => handlers.connect(DTLS_PARAMETERS)));
        const stream = new PlainStream(this.#nextSsrc++, drop);
        stream.producerId = await handlers.produce(stream.orderOf(media, streams.size));
        streams.add(stream);
        this.#streams.add(stream);
        return stream;
      },
      restartIce: async () => undefined,
      getStats: async () => new Map(),
      close() {
        clearInterval(timer);
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
  readonly #drop: (stream: PlainStream) => void;
  #sent = 0;

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

  nextPacket(): [Buffer, Buffer] {
    const header = rtpHeader({
      payloadType: CAPTURED_CODEC.payloadType,
      marker: true,
      sequenceNumber: this.#sent,
      timestamp: this.#sent * TICKS_PER_PACKET,
      ssrc: this.ssrc,
    });
    this.#sent += 1;
    return [header, PAYLOAD];
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
