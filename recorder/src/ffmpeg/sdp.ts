import { ProtocolError, type RtpParameters } from '@sightline/shared';

/** Where the RTP of a run is to arrive. */
export interface RtpDestination {
  host: string;
  rtpPort: number;
  rtcpPort: number;
}

/** The media codec of a run, as far as recording is concerned. */
export interface RecordedCodec {
  mimeType: 'video/H264' | 'video/VP8';
  payloadType: number;
  clockRate: number;
  fmtp: string | undefined;
}

/** Format parameters that a receiver of H.264 must know (RFC 6184, section 8.1). */
const H264_PARAMETERS = ['packetization-mode', 'profile-level-id', 'sprop-parameter-sets'];
const PARAMETER_VALUE = /^[A-Za-z0-9+/=,.-]{1,512}$/;

/**
 * Picks the codec to record out of a consumer's parameters.
 *
 * @throws {ProtocolError} `unsupported-codec` if there is neither H.264 nor VP8.
 */
export function recordedCodec(rtpParameters: RtpParameters): RecordedCodec {
  for (const codec of rtpParameters.codecs) {
    const { payloadType, clockRate } = codec;
    if (/^video\/h264$/i.test(codec.mimeType)) {
      const fmtp = H264_PARAMETERS.flatMap((name) => {
        const value = codec.parameters?.[name];
        return value !== undefined && PARAMETER_VALUE.test(String(value)) ? [`${name}=${String(value)}`] : [];
      });
      return { mimeType: 'video/H264', payloadType, clockRate, fmtp: fmtp.join(';') || undefined };
    }
    if (/^video\/vp8$/i.test(codec.mimeType)) {
      return { mimeType: 'video/VP8', payloadType, clockRate, fmtp: undefined };
    }
  }
  const offered = rtpParameters.codecs.map((codec) => codec.mimeType).join(', ');
  throw new ProtocolError(
    'unsupported-codec',
    `Cannot record ${offered}; let the agent publish H.264, or VP8 where it has no encoder for that.`,
  );
}

/** Describes the RTP of one consumer to ffmpeg (SDP, RFC 8866; RTCP port by RFC 3605). */
export function buildSdp(rtpParameters: RtpParameters, destination: RtpDestination): string {
  const codec = recordedCodec(rtpParameters);
  const ssrc = rtpParameters.encodings?.[0]?.ssrc;
  const { host, rtpPort, rtcpPort } = destination;
  const { payloadType } = codec;
  return [
    'v=0',
    `o=- 0 0 IN IP4 ${host}`,
    's=sightline',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=video ${rtpPort} RTP/AVP ${payloadType}`,
    `a=rtcp:${rtcpPort}`,
    `a=rtpmap:${payloadType} ${codec.mimeType.slice('video/'.length)}/${codec.clockRate}`,
    ...(codec.fmtp === undefined ? [] : [`a=fmtp:${payloadType} ${codec.fmtp}`]),
    ...(ssrc === undefined ? [] : [`a=ssrc:${ssrc} cname:sightline`]),
    'a=recvonly',
    '',
  ].join('\r\n');
}
