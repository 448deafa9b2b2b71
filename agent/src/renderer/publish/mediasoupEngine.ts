import { agentRequests } from '@sightline/shared';
import { Device, type types } from 'mediasoup-client';
import { pickVideoCodec, SEND_SETTINGS } from './encodings.ts';
import {
  MediaUnsupportedError,
  type MediaEngine,
  type OutgoingMedia,
  type OutgoingStream,
  type SendTransport,
  type TransportHandlers,
  type TransportState,
} from './mediaEngine.ts';

const produceOrder = agentRequests.produce.request;

const USE_ANOTHER = 'Use a current Chrome, Edge or Chromium.';

const STATE: Record<types.ConnectionState, TransportState> = {
  new: 'connecting',
  connecting: 'connecting',
  connected: 'connected',
  disconnected: 'broken',
  failed: 'broken',
  closed: 'broken',
};

/** What may be given to an engine. */
export interface EngineOptions {
  /** Takes the place of the browser's own WebRTC in tests. */
  handlerFactory?: types.HandlerFactory;
  /** Is told of every sender of H.264 at full size before anything is sent on it. */
  onFullSender?: (trackId: string, sender: RTCRtpSender) => void;
}

/** The engine of this browser. */
export function createMediasoupEngine({ handlerFactory, onFullSender }: EngineOptions = {}): MediaEngine {
  return {
    async prepare(routerCapabilities) {
      const device = await createDevice(handlerFactory);
      await device.load({ routerRtpCapabilities: routerCapabilities });
      const videoCodec = pickVideoCodec(device.sendRtpCapabilities.codecs ?? []);
      if (videoCodec === undefined) {
        throw new MediaUnsupportedError(`This browser can encode neither H.264 nor VP8. ${USE_ANOTHER}`);
      }
      return {
        openTransport({ transportId, ...serverEnd }, handlers) {
          const transport = device.createSendTransport({ id: transportId, ...serverEnd });
          transport.on('connect', ({ dtlsParameters }, done, fail) => {
            handlers.connect(dtlsParameters).then(done, fail);
          });
          transport.on('produce', ({ kind, rtpParameters, appData }, done, fail) => {
            announce(handlers, { ...appData, transportId, kind, rtpParameters }).then(
              (id) => done({ id }),
              fail,
            );
          });
          transport.on('connectionstatechange', (state) => handlers.stateChanged(STATE[state]));
          const isH264 = videoCodec.mimeType.toLowerCase() === 'video/h264';
          return wrapTransport(transport, videoCodec, isH264 ? onFullSender : undefined);
        },
      };
    },
  };
}

async function announce(handlers: TransportHandlers, order: unknown): Promise<string> {
  // The engine leaves keys with the value undefined, which would not go over the wire and do not fit the schema.
  return handlers.produce(produceOrder.parse(JSON.parse(JSON.stringify(order))));
}

async function createDevice(handlerFactory: types.HandlerFactory | undefined): Promise<Device> {
  try {
    return await Device.factory({
      ...(handlerFactory === undefined ? {} : { handlerFactory }),
      // Stopped by default, and without it no viewer can measure latency.
      forcedRtpExtensions: { 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time': true },
    });
  } catch (error) {
    throw new MediaUnsupportedError(`This browser has no usable WebRTC. ${USE_ANOTHER}`, { cause: error });
  }
}

function wrapTransport(
  transport: types.Transport,
  videoCodec: types.RtpCodecCapability,
  onFullSender: EngineOptions['onFullSender'],
): SendTransport {
  return {
    async produce({ track, trackId, label, source }: OutgoingMedia): Promise<OutgoingStream> {
      const { encoding, codecOptions, degradationPreference } = SEND_SETTINGS[source];
      const producer = await transport.produce({
        track,
        encodings: [encoding],
        ...(codecOptions === undefined ? {} : { codecOptions }),
        ...(track.kind === 'video' ? { codec: videoCodec } : {}),
        stopTracks: false,
        // While paused not even black frames leave the machine.
        zeroRtpOnPause: true,
        disableTrackOnPause: false,
        appData: { trackId, label, source },
        ...(source === 'full' && onFullSender !== undefined
          ? { onRtpSender: (sender: RTCRtpSender) => onFullSender(trackId, sender) }
          : {}),
      });
      const sender = producer.rtpSender;
      if (sender !== undefined && degradationPreference !== undefined) {
        await sender.setParameters({ ...sender.getParameters(), degradationPreference });
      }
      return {
        producerId: producer.id,
        maxBps: encoding.maxBitrate,
        getStats: () => producer.getStats(),
        probeUplink: async () => {
          if (sender !== undefined) await changeMaximum(sender, encoding.maxBitrate);
        },
        refreshBitrate: async () => {
          if (sender === undefined) return;
          await changePriority(sender, 'medium');
          await changePriority(sender, encoding.priority ?? 'low');
        },
        pause: () => producer.pause(),
        resume: () => producer.resume(),
        close: () => producer.close(),
      };
    },
    restartIce: (iceParameters) => transport.restartIce({ iceParameters }),
    getStats: () => transport.getStats(),
    close: () => transport.close(),
  };
}

/** A changed priority makes the engine share out the bit rate anew, and probe nothing. */
async function changePriority(sender: RTCRtpSender, priority: RTCPriorityType): Promise<void> {
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings) encoding.priority = priority;
  await sender.setParameters(parameters);
}

/** Any change of the maximum makes the engine probe: one part in a hundred down, and back at the next call. */
async function changeMaximum(sender: RTCRtpSender, maxBitrate: number): Promise<void> {
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings) {
    encoding.maxBitrate = encoding.maxBitrate === maxBitrate ? maxBitrate * 0.99 : maxBitrate;
  }
  await sender.setParameters(parameters);
}
