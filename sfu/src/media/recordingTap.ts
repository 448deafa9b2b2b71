import { rtpParameters as rtpParametersSchema } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { types } from 'mediasoup';
import { recorderCapabilities } from './codecs.ts';
import { createClosing, withClosing, type Own } from './closing.ts';
import { rtpTimestampOf } from './trace.ts';
import type { RecordingTap } from './types.ts';
import { toWire } from './wire.ts';

/** Recorders run beside the sfu: their packets never leave the machine. */
const LOOPBACK = '127.0.0.1';

/** Opens a {@link RecordingTap} on a producer of either kind: a plain transport and a paused consumer (docs/closures.md). */
export async function createRecordingTap(
  router: types.Router,
  producerId: string,
  closeReasonOfRouter: () => 'worker-died' | 'router-closed',
  logger: Logger,
): Promise<RecordingTap> {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: LOOPBACK },
    rtcpMux: false,
    comedia: false,
  });
  const closing = createClosing(logger, () => transport.close());
  transport.on('routerclose', () => closing.ended(closeReasonOfRouter()));
  let consumer: types.Consumer;
  try {
    consumer = await transport.consume({
      producerId,
      rtpCapabilities: recorderCapabilities(router.rtpCapabilities),
      paused: true,
    });
    if (consumer.kind === 'video') await consumer.enableTraceEvent(['keyframe']);
  } catch (error) {
    closing.close();
    throw error;
  }
  consumer.on('producerclose', () => {
    transport.close();
    closing.ended('producer-closed');
  });
  const trace = (...events: types.ConsumerTraceEventType[]): void => {
    consumer.enableTraceEvent(events).catch((error: unknown) => {
      if (!consumer.closed)
        logger.warn({ err: error, code: 'trace-failed', events }, 'packets cannot be followed as wanted');
    });
  };
  return withClosing<Own<RecordingTap>>(transport.id, closing, {
    rtpParameters: toWire(rtpParametersSchema, consumer.rtpParameters),
    connect: ({ host, rtpPort, rtcpPort }) => transport.connect({ ip: host, port: rtpPort, rtcpPort }),
    resume: () => consumer.resume(),
    requestKeyFrame: () => consumer.requestKeyFrame(),
    onKeyFrame(listener) {
      consumer.on('trace', (event) => {
        if (event.type === 'keyframe') listener(rtpTimestampOf(event));
      });
    },
    onPacket(listener) {
      const hear = (event: types.ConsumerTraceEventData): void => {
        if (event.type === 'keyframe' || event.type === 'rtp') listener(rtpTimestampOf(event));
      };
      consumer.on('trace', hear);
      trace('keyframe', 'rtp');
      return () => {
        consumer.off('trace', hear);
        trace('keyframe');
      };
    },
    async stats() {
      const [sent] = (await consumer.getStats()).filter((stat) => stat.type === 'outbound-rtp');
      return { packetsSent: sent?.packetCount ?? 0, bytesSent: sent?.byteCount ?? 0 };
    },
  });
}
