import type { Source } from '@sightline/shared';
import type { types } from 'mediasoup-client';

/** How one source is encoded and sent. */
export interface SendSettings {
  encoding: types.RtpEncodingParameters & { maxBitrate: number };
  codecOptions?: types.ProducerCodecOptions;
  degradationPreference?: RTCDegradationPreference;
}

/** The estimate with which a connection starts; every stream names it, for the first one added counts. */
const START_BITRATE_KBPS = 6_000;

/**
 * One encoding each. *full* keeps its resolution and gives up frames (text stays legible), and comes before
 * the rest when the uplink is narrow. It starts at what it may take at most, because the key frame of a page of
 * text is a quarter of a megabyte, is sent no faster than the estimate, and is what a viewer waits for.
 */
export const SEND_SETTINGS: Record<Source, SendSettings> = {
  full: {
    encoding: { maxBitrate: 6_000_000, priority: 'high', networkPriority: 'high' },
    codecOptions: { videoGoogleStartBitrate: START_BITRATE_KBPS },
    degradationPreference: 'maintain-resolution',
  },
  small: {
    encoding: { maxBitrate: 150_000, priority: 'low', networkPriority: 'low' },
    codecOptions: { videoGoogleStartBitrate: START_BITRATE_KBPS },
    degradationPreference: 'maintain-resolution',
  },
  audio: {
    encoding: { maxBitrate: 64_000, priority: 'medium', networkPriority: 'medium' },
    codecOptions: { opusStereo: true, opusFec: true },
  },
};

/**
 * The codec to send video with: H.264, which is recorded as it comes; VP8 only where H.264 cannot be encoded.
 *
 * @param codecs what this browser can send and the router takes.
 */
export function pickVideoCodec(
  codecs: readonly types.RtpCodecCapability[],
): types.RtpCodecCapability | undefined {
  const named = (mimeType: string): types.RtpCodecCapability | undefined =>
    codecs.find((codec) => codec.mimeType.toLowerCase() === mimeType);
  return named('video/h264') ?? named('video/vp8');
}
