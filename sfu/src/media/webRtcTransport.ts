import {
  ProtocolError,
  rtpParameters as rtpParametersSchema,
  transportOptions,
  type CloseReason,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { types } from 'mediasoup';
import { createPacketWatch } from './packetWatch.ts';
import { createClosing, withClosing, type Own } from './closing.ts';
import type { KeyFrameRequests } from './keyFrameRequests.ts';
import type { MediaConsumer, MediaProducer, MediaTransport, TransportUse } from './types.ts';
import { toWire } from './wire.ts';

/**
 * After how many seconds without consent (RFC 7675) ICE is given up; 0: never. To a viewer who is silent nothing may
 * be sent any more. An agent's transport lasts for as long as its client may come back, which is longer than the 60 s
 * that mediasoup takes at most: presence closes it.
 */
const ICE_CONSENT_TIMEOUT_SECONDS: Readonly<Record<TransportUse, number>> = { publish: 0, watch: 30 };

/**
 * Opens a {@link MediaTransport} on a router, through the worker's one pair of ports.
 *
 * @param keyFrameRequestsOf of a producer on the router, by its id.
 */
export async function createWebRtcTransport(
  router: types.Router,
  webRtcServer: types.WebRtcServer,
  use: TransportUse,
  keyFrameRequestsOf: (producerId: string) => KeyFrameRequests,
  closeReasonOfRouter: () => CloseReason,
  logger: Logger,
): Promise<MediaTransport> {
  const transport = await router.createWebRtcTransport({
    webRtcServer,
    preferUdp: true,
    iceConsentTimeout: ICE_CONSENT_TIMEOUT_SECONDS[use],
  });
  const closing = createClosing(logger, () => transport.close());
  transport.on('routerclose', () => closing.ended(closeReasonOfRouter()));
  transport.on('listenserverclose', () => closing.ended(closeReasonOfRouter()));
  let connecting = false;
  let connected = false;
  return withClosing<Own<MediaTransport>>(transport.id, closing, {
    options: toWire(transportOptions, {
      transportId: transport.id,
      iceParameters: transport.iceParameters,
      iceCandidates: transport.iceCandidates,
      dtlsParameters: transport.dtlsParameters,
    }),
    get connected() {
      return connected;
    },
    async connect(dtlsParameters) {
      if (connecting) {
        throw new ProtocolError(
          'already-connected',
          'This transport has been connected; create another one.',
        );
      }
      connecting = true;
      await transport.connect({ dtlsParameters });
      connected = true;
    },
    restartIce: () => transport.restartIce(),
    async produce({ kind, rtpParameters }) {
      try {
        const producer = await transport.produce({ kind, rtpParameters });
        if (kind === 'video') await followKeyFrames(producer, keyFrameRequestsOf(producer.id));
        return wrapProducer(producer, transport, closeReasonOfRouter, logger);
      } catch (error) {
        if (isTaken(error)) {
          throw new ProtocolError(
            'duplicate-producer',
            'The transport receives a stream with this SSRC, MID or RID already; close it, or use another.',
          );
        }
        throw refusal(error, 'unsupported-codec', 'The router takes H.264 (42e01f), VP8 and Opus');
      }
    },
    async consume({ producerId, rtpCapabilities }) {
      if (!router.canConsume({ producerId, rtpCapabilities })) {
        throw new ProtocolError(
          'cannot-consume',
          'These capabilities cannot play that producer: offer H.264 and VP8.',
        );
      }
      try {
        return wrapConsumer(
          await transport.consume({ producerId, rtpCapabilities, paused: true }),
          keyFrameRequestsOf(producerId),
          closeReasonOfRouter,
          logger,
        );
      } catch (error) {
        throw refusal(error, 'cannot-consume', 'The producer cannot be consumed');
      }
    },
  });
}

/** The worker says in words alone that a stream cannot be told from another one. */
const isTaken = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('already exists in RTP listener');

/** The engine throws TypeErrors and UnsupportedErrors for what a client got wrong; anything else is ours. */
function refusal(error: unknown, code: 'unsupported-codec' | 'cannot-consume', what: string): unknown {
  const theirs =
    error instanceof TypeError || (error instanceof Error && /Unsupported|InvalidState/.test(error.name));
  return theirs ? new ProtocolError(code, `${what}: ${error.message}.`) : error;
}

async function followKeyFrames(producer: types.Producer, requests: KeyFrameRequests): Promise<void> {
  producer.on('trace', ({ type }) => {
    if (type === 'pli') requests.requested();
    else if (type === 'keyframe') requests.arrived();
  });
  await producer.enableTraceEvent(['pli', 'keyframe']);
}

function wrapProducer(
  producer: types.Producer,
  transport: types.WebRtcTransport,
  closeReasonOfRouter: () => CloseReason,
  logger: Logger,
): MediaProducer {
  const closing = createClosing(logger, () => producer.close());
  producer.on('transportclose', () => closing.ended(closeReasonOfRouter()));
  const nextPacket = createPacketWatch(producer);
  return withClosing<Own<MediaProducer>>(producer.id, closing, {
    kind: producer.kind,
    async packetsReceived() {
      const streams = await producer.getStats();
      return streams.reduce((sum, { packetCount }) => sum + packetCount, 0);
    },
    async activity() {
      const [streams, [received]] = await Promise.all([producer.getStats(), transport.getStats()]);
      return {
        bitrateBps: streams.reduce((sum, { bitrate }) => sum + bitrate, 0),
        senderThere: (received?.recvBitrate ?? 0) > 0,
      };
    },
    nextPacket,
  });
}

function wrapConsumer(
  consumer: types.Consumer,
  keyFrameRequests: KeyFrameRequests,
  closeReasonOfRouter: () => CloseReason,
  logger: Logger,
): MediaConsumer {
  const closing = createClosing(logger, () => consumer.close());
  consumer.on('transportclose', () => closing.ended(closeReasonOfRouter()));
  consumer.on('producerclose', () => closing.ended('producer-closed'));
  /** Counts what was asked for, so that a resume that waits notices a later pause. */
  let orders = 0;
  return withClosing<Own<MediaConsumer>>(consumer.id, closing, {
    producerId: consumer.producerId,
    kind: consumer.kind,
    rtpParameters: toWire(rtpParametersSchema, consumer.rtpParameters),
    async resume() {
      orders += 1;
      const order = orders;
      await keyFrameRequests.untilHeard();
      if (order === orders && !consumer.closed) await consumer.resume();
    },
    pause() {
      orders += 1;
      return consumer.pause();
    },
  });
}
