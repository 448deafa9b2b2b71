import { ProtocolError, type RtpParameters } from '@sightline/shared';
import type { PortPair } from './udpPorts.ts';

/** What arrives: the parameters of the sfu's consumers. */
export interface RecordedStreams {
  rtpParameters: RtpParameters;
  audio?: { rtpParameters: RtpParameters };
}

/** Where it arrives. */
export interface RunPorts {
  host: string;
  video: PortPair;
  /** There if there is sound. */
  audio?: PortPair;
}

/** Where RTCP arrives. */
export const rtcpPortsOf = ({ video, audio }: RunPorts): number[] =>
  [video, audio].flatMap((pair) => pair?.rtcpPort ?? []);

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
/** RFC 7587, section 4.1: whatever is sent. */
const OPUS_CLOCK_RATE = 48_000;

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
  throw unsupported(rtpParameters, 'let the agent publish H.264, or VP8 where it has no encoder for that');
}

/** The payload type of the sound. @throws {ProtocolError} `unsupported-codec` if it is not Opus. */
export function opusPayloadType(rtpParameters: RtpParameters): number {
  const opus = rtpParameters.codecs.find(({ mimeType }) => /^audio\/opus$/i.test(mimeType));
  if (opus === undefined) throw unsupported(rtpParameters, 'let the agent publish sound as Opus');
  return opus.payloadType;
}

function unsupported({ codecs }: RtpParameters, remedy: string): ProtocolError {
  const offered = codecs.map(({ mimeType }) => mimeType).join(', ');
  return new ProtocolError('unsupported-codec', `Cannot record ${offered}; ${remedy}.`);
}

/** Describes a run's RTP to ffmpeg (SDP, RFC 8866; RTCP port by RFC 3605). Video comes first. */
export function buildSdp(streams: RecordedStreams, { host, video, audio }: RunPorts): string {
  const codec = recordedCodec(streams.rtpParameters);
  const encoding = `${codec.mimeType.slice('video/'.length)}/${codec.clockRate}`;
  return [
    'v=0',
    `o=- 0 0 IN IP4 ${host}`,
    's=sightline',
    `c=IN IP4 ${host}`,
    't=0 0',
    ...mediaSection('video', { ...codec, encoding }, video, streams.rtpParameters),
    ...(streams.audio === undefined || audio === undefined
      ? []
      : audioSection(streams.audio.rtpParameters, audio)),
    '',
  ].join('\r\n');
}

function audioSection(rtpParameters: RtpParameters, ports: PortPair): string[] {
  const payloadType = opusPayloadType(rtpParameters);
  const codec = { payloadType, encoding: `opus/${OPUS_CLOCK_RATE}/2`, fmtp: undefined };
  return mediaSection('audio', codec, ports, rtpParameters);
}

function mediaSection(
  kind: 'video' | 'audio',
  { payloadType, encoding, fmtp }: { payloadType: number; encoding: string; fmtp: string | undefined },
  { rtpPort, rtcpPort }: PortPair,
  rtpParameters: RtpParameters,
): string[] {
  const ssrc = rtpParameters.encodings?.[0]?.ssrc;
  return [
    `m=${kind} ${rtpPort} RTP/AVP ${payloadType}`,
    `a=rtcp:${rtcpPort}`,
    `a=rtpmap:${payloadType} ${encoding}`,
    ...(fmtp === undefined ? [] : [`a=fmtp:${payloadType} ${fmtp}`]),
    ...(ssrc === undefined ? [] : [`a=ssrc:${ssrc} cname:sightline`]),
    'a=recvonly',
  ];
}
