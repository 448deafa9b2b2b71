import type { RtpCapabilities, RtpParameters, TransportOptions } from '@sightline/shared';

/** How the packets of a transport flow. */
export type TransportState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';

/** What a consumer is made from: the server's answer to `consume`. */
export interface ConsumerOptions {
  consumerId: string;
  producerId: string;
  kind: 'audio' | 'video';
  rtpParameters: RtpParameters;
}

/** The receiving end of one stream. */
export interface EngineConsumer {
  readonly track: MediaStreamTrack;
  /** Where capture times and synchronization sources are read. */
  readonly receiver: RTCRtpReceiver | undefined;
  close(): void;
}

/** One ICE and DTLS association that carries any number of consumers. */
export interface EngineTransport {
  readonly transportId: string;
  /** What to tell the server that this end can receive. */
  readonly rtpCapabilities: RtpCapabilities;
  /** @throws when the browser cannot receive the stream, or the transport has closed meanwhile. */
  consume(options: ConsumerOptions): Promise<EngineConsumer>;
  restartIce(iceParameters: TransportOptions['iceParameters']): Promise<void>;
  getStats(): Promise<RTCStatsReport>;
  /** Closes its consumers too. */
  close(): void;
}

/** What the owner of a transport does for it. */
export interface TransportCallbacks {
  /** Hands the DTLS parameters to the server; the first consumer waits for it. */
  connect(dtlsParameters: TransportOptions['dtlsParameters']): Promise<void>;
  onState(state: TransportState): void;
}

/** The browser's WebRTC, seen as a receiver: the one boundary to the media engine. */
export interface MediaEngine {
  /**
   * @param routerRtpCapabilities of the router at which `options` were made.
   * @throws when the browser and the router have no codec in common.
   */
  createReceiveTransport(
    routerRtpCapabilities: RtpCapabilities,
    options: TransportOptions,
    callbacks: TransportCallbacks,
  ): Promise<EngineTransport>;
}
