import {
  dtlsParameters as dtlsParametersSchema,
  rtpCapabilities as rtpCapabilitiesSchema,
  type RtpCapabilities,
} from '@sightline/shared';
import { Device, type types } from 'mediasoup-client';
import type { EngineConsumer, EngineTransport, MediaEngine } from './engine.ts';

/** Browsers negotiate the capture time of frames only when asked to (abs-capture-time of WebRTC). */
const FORCED_RTP_EXTENSIONS = {
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time': true,
} as const;

/** The {@link MediaEngine} over mediasoup-client. Routers with the same capabilities share a device. */
export function createMediasoupEngine(): MediaEngine {
  const devices = new Map<string, Promise<Device>>();

  const deviceFor = (routerRtpCapabilities: RtpCapabilities): Promise<Device> => {
    const key = JSON.stringify(routerRtpCapabilities);
    let device = devices.get(key);
    if (device === undefined) {
      device = loadDevice(routerRtpCapabilities);
      devices.set(key, device);
      device.catch(() => devices.delete(key));
    }
    return device;
  };

  return {
    async createReceiveTransport(routerRtpCapabilities, options, callbacks) {
      const device = await deviceFor(routerRtpCapabilities);
      const { transportId, ...rest } = options;
      const transport = device.createRecvTransport({ id: transportId, ...rest });
      transport.on('connect', ({ dtlsParameters }, done, failed) => {
        callbacks.connect(dtlsParametersSchema.parse(dtlsParameters)).then(done, failed);
      });
      transport.on('connectionstatechange', (state) => callbacks.onState(state));
      return wrapTransport(transport, rtpCapabilitiesSchema.parse(device.recvRtpCapabilities));
    },
  };
}

async function loadDevice(routerRtpCapabilities: RtpCapabilities): Promise<Device> {
  const device = await Device.factory({ forcedRtpExtensions: FORCED_RTP_EXTENSIONS });
  await device.load({ routerRtpCapabilities });
  return device;
}

function wrapTransport(transport: types.Transport, rtpCapabilities: RtpCapabilities): EngineTransport {
  // The engine never settles a `consume` during which its transport closes.
  const closed = new Promise<never>((_resolve, reject) => {
    transport.observer.on('close', () => reject(new Error('The transport has closed.')));
  });
  closed.catch(() => undefined);
  return {
    transportId: transport.id,
    rtpCapabilities,
    async consume({ consumerId, producerId, kind, rtpParameters }) {
      const consumer = await Promise.race([
        closed,
        transport.consume({
          id: consumerId,
          producerId,
          kind,
          rtpParameters,
          // A stream of its own: the browser would hold back video to keep it in step with the sound.
          streamId: consumerId,
          // Without this callback the engine leaves the forced extensions out of a received stream.
          onRtpReceiver: preferLowLatency,
        }),
      ]);
      return wrapConsumer(consumer);
    },
    restartIce: (iceParameters) => transport.restartIce({ iceParameters }),
    getStats: () => transport.getStats(),
    close: () => transport.close(),
  };
}

function wrapConsumer(consumer: types.Consumer): EngineConsumer {
  return { track: consumer.track, receiver: consumer.rtpReceiver, close: () => consumer.close() };
}

/** Asks for no jitter buffer beyond what the network's jitter requires (WebRTC Extensions, jitterBufferTarget). */
function preferLowLatency(receiver: RTCRtpReceiver): void {
  receiver.jitterBufferTarget = 0;
}
