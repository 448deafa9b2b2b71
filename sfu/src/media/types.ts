import type { CloseReason, RtpCapabilities, RtpParameters, TransportOptions } from '@sightline/shared';
import type * as z from 'zod';
import type { dtlsParameters, iceParameters } from '@sightline/shared';

/** See the protocol's schema of the same name. */
export type DtlsParameters = z.output<typeof dtlsParameters>;
/** See the protocol's schema of the same name. */
export type IceParameters = z.output<typeof iceParameters>;

/** Something of the media engine that ends once, by our `close()` or because its parent went. */
export interface MediaObject {
  readonly id: string;
  readonly closed: boolean;
  /** Ends it, and what depends on it. May be called again. */
  close(): void;
  /** Calls the listener once, when it has ended, with the reason if it was not our `close()`. */
  onClosed(listener: (reason: CloseReason | undefined) => void): void;
}

/** An incoming stream. */
export interface MediaProducer extends MediaObject {
  readonly kind: 'audio' | 'video';
  /** How many packets have come so far. */
  packetsReceived(): Promise<number>;
  /** Of the last seconds: what came of the stream, bit/s, and whether its sender was there, were it only to say so. */
  activity(): Promise<{ bitrateBps: number; senderThere: boolean }>;
  /** The RTP timestamp of the next packet, when it comes; undefined if the producer ends before. */
  nextPacket(): Promise<number | undefined>;
}

/** An outgoing stream to a viewer. */
export interface MediaConsumer extends MediaObject {
  readonly producerId: string;
  readonly kind: 'audio' | 'video';
  readonly rtpParameters: RtpParameters;
  /** Lets packets flow; video begins with a key frame that the engine asks for. */
  resume(): Promise<void>;
  pause(): Promise<void>;
}

/** A WebRTC transport of an agent or a viewer. */
export interface MediaTransport extends MediaObject {
  /** What the client needs to build its end. */
  readonly options: TransportOptions;
  /** Whether the client's DTLS parameters have arrived. */
  readonly connected: boolean;
  connect(dtls: DtlsParameters): Promise<void>;
  restartIce(): Promise<IceParameters>;
  /** @throws {ProtocolError} `unsupported-codec` */
  produce(stream: { kind: 'audio' | 'video'; rtpParameters: RtpParameters }): Promise<MediaProducer>;
  /** Creates a consumer, paused. @throws {ProtocolError} `cannot-consume` */
  consume(stream: { producerId: string; rtpCapabilities: RtpCapabilities }): Promise<MediaConsumer>;
}

/** The way of one producer's packets to a recorder: plain RTP over loopback, paused until told. */
export interface RecordingTap extends MediaObject {
  readonly rtpParameters: RtpParameters;
  /** Says where to send. Ports in host byte order, as the recorder opened them. */
  connect(target: { host: string; rtpPort: number; rtcpPort: number }): Promise<void>;
  /** Lets packets flow; video begins with a key frame. */
  resume(): Promise<void>;
  requestKeyFrame(): Promise<void>;
  /** Calls the listener for every key frame that goes out, with its RTP timestamp (90 kHz). */
  onKeyFrame(listener: (rtpTimestamp: number) => void): void;
  /**
   * Calls the listener for every packet of video that goes out, with its RTP timestamp (90 kHz), until what it returns is
   * called. The worker sends a message for each.
   */
  onPacket(listener: (rtpTimestamp: number) => void): () => void;
  /** What has gone out so far. */
  stats(): Promise<{ packetsSent: number; bytesSent: number }>;
}

/** What a transport is for: an agent's streams, or a viewer's. */
export type TransportUse = 'publish' | 'watch';

/** The media of one company on one worker. */
export interface MediaRouter extends MediaObject {
  readonly companyId: string;
  readonly capabilities: RtpCapabilities;
  createTransport(use: TransportUse): Promise<MediaTransport>;
  createTap(producerId: string): Promise<RecordingTap>;
}

/** An agent's place on a router; it counts as load until released. */
export interface Placement<Router extends MediaRouter = MediaRouter> {
  readonly router: Router;
  /** May be called again. */
  release(): void;
}

/** All routers of this node. */
export interface MediaEngine {
  /** Places an agent of the company: on the least loaded worker. */
  placeAgent(companyId: string): Promise<Placement>;
  /** The router with this id, if it lives. */
  router(routerId: string): MediaRouter | undefined;
  close(): void;
}
