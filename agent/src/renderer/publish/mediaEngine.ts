import type { AgentToServer, RtpCapabilities, Source, TransportOptions } from '@sightline/shared';

/** The payload of a request to the server. */
type RequestOf<Name extends keyof AgentToServer> = Parameters<AgentToServer[Name]>[0];

/** DTLS parameters of our end. */
export type DtlsParameters = RequestOf<'connect-transport'>['dtlsParameters'];
/** What the server needs to know to receive a stream. */
export type ProduceOrder = Omit<RequestOf<'produce'>, 'transportId'>;
/** New ICE credentials of the server's end. */
export type IceParameters = TransportOptions['iceParameters'];
/** One stream to be sent. The track stays its owner's: nothing here ever stops it. */
export interface OutgoingMedia {
  trackId: string;
  label: string;
  source: Source;
  track: MediaStreamTrack;
}

/** A stream that is being sent. */
export interface OutgoingStream {
  readonly producerId: string;
  /** What its encoder may take at most. */
  readonly maxBps: number;
  /** WebRTC statistics of its sender (W3C webrtc-stats). */
  getStats(): Promise<RTCStatsReport>;
  /** Has congestion control try out whether the uplink carries more (see `uplinkProbing.ts`). */
  probeUplink(): Promise<void>;
  /** Has congestion control tell the encoder its bit rate anew, without trying out anything. */
  refreshBitrate(): Promise<void>;
  /** Sends nothing until `resume`; the server keeps its producer. May be called again. */
  pause(): void;
  resume(): void;
  /** Stops sending; the server has to be told separately. May be called again. */
  close(): void;
}

/** How a transport gets through to the server: `broken` may heal by itself or by an ICE restart. */
export type TransportState = 'connecting' | 'connected' | 'broken';

/** Our end of the one transport on which everything is sent. */
export interface SendTransport {
  /** Begins to send. Orders are carried out one after the other. */
  produce(media: OutgoingMedia): Promise<OutgoingStream>;
  restartIce(iceParameters: IceParameters): Promise<void>;
  /** WebRTC statistics of the whole transport. */
  getStats(): Promise<RTCStatsReport>;
  /** Ends it and its streams; what waits on it fails. May be called again. */
  close(): void;
}

/** What a transport asks of, and tells to, whoever opened it. */
export interface TransportHandlers {
  /** Hands our DTLS parameters to the server. */
  connect(dtlsParameters: DtlsParameters): Promise<void>;
  /** Announces a stream to the server; resolves with the producer's id. */
  produce(order: ProduceOrder): Promise<string>;
  stateChanged(state: TransportState): void;
}

/** A browser that has been found able to send what a router takes. */
export interface Sender {
  openTransport(options: TransportOptions, handlers: TransportHandlers): SendTransport;
}

/** The boundary to the WebRTC engine. */
export interface MediaEngine {
  /** @throws {MediaUnsupportedError} when this browser cannot send what the router takes. */
  prepare(routerCapabilities: RtpCapabilities): Promise<Sender>;
}

/** This browser cannot do it, and trying again will not help. */
export class MediaUnsupportedError extends Error {
  override readonly name = 'MediaUnsupportedError';
}
