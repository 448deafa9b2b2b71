import { rtpCapabilities, type RtpCapabilities } from '@sightline/shared';
import type { types } from 'mediasoup';
import { toWire } from './wire.ts';

/**
 * What routers accept. H.264 constrained baseline first (RFC 6184, profile-level-id 42e01f): every hardware
 * encodes it and it is recorded as it comes. VP8 for those that cannot encode H.264.
 */
export const ROUTER_CODECS: types.RouterRtpCodecCapability[] = [
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
];

/** Header extensions that the protocol does not name, because not every end knows them. */
const UNSIGNALLED_EXTENSIONS = new Set(['urn:ietf:params:rtp-hdrext:toffset']);

/** The feedback that an ffmpeg never sends: unfed, the engine's estimator would throttle the stream. */
const UNANSWERED_FEEDBACK = new Set(['transport-cc', 'goog-remb', 'nack']);

const UNRECORDED_EXTENSION = /transport-wide-cc|abs-send-time|toffset/;

/** A router's capabilities as they go to clients. */
export function signalledCapabilities(capabilities: types.RtpCapabilities): RtpCapabilities {
  return toWire(rtpCapabilities, {
    ...capabilities,
    headerExtensions: capabilities.headerExtensions?.filter(({ uri }) => !UNSIGNALLED_EXTENSIONS.has(uri)),
  });
}

/** A router's capabilities as a recorder has them: no retransmission and no bandwidth feedback. */
export function recorderCapabilities(capabilities: types.RtpCapabilities): types.RtpCapabilities {
  return {
    codecs: (capabilities.codecs ?? [])
      .filter(({ mimeType }) => !/\/rtx$/i.test(mimeType))
      .map((codec) => ({
        ...codec,
        rtcpFeedback: (codec.rtcpFeedback ?? []).filter(
          ({ type, parameter }) => !UNANSWERED_FEEDBACK.has(type) || parameter === 'pli',
        ),
      })),
    headerExtensions: (capabilities.headerExtensions ?? []).filter(
      ({ uri }) => !UNSIGNALLED_EXTENSIONS.has(uri) && !UNRECORDED_EXTENSION.test(uri),
    ),
  };
}
