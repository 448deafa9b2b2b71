import * as z from 'zod';
import { fitsPathPart } from '../codecs/pathPart.ts';
import { PLAIN_TEXT } from './text.ts';

/** Three ids, a user and a display are a path, which is also a key in an object store: those may have 1,024 bytes. */
const MAX_ID_BYTES = 192;

/** An id that a server made: opaque to clients. It can be a part of a path. */
export const id = z
  .string()
  .min(1)
  .max(64)
  .regex(PLAIN_TEXT)
  .refine((text) => fitsPathPart(text, MAX_ID_BYTES), 'too long when written as a path');

/** A display's id within one session, chosen by the agent. */
export const trackId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);

const mediaKind = z.enum(['audio', 'video']);
const parameters = z.record(z.string().max(64), z.union([z.string().max(512), z.number(), z.boolean()]));
const rtcpFeedback = z.object({
  type: z.string().max(32),
  parameter: z.string().max(32).exactOptional(),
});

/** The RTP header extensions that both ends of the media engine know (RFC 8285 URIs). */
const headerExtensionUri = z.enum([
  'urn:ietf:params:rtp-hdrext:sdes:mid',
  'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
  'urn:3gpp:video-orientation',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
  'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'urn:mediasoup:params:rtp-hdrext:packet-id',
]);

const codecBase = {
  mimeType: z.string().regex(/^(audio|video)\/[\w.+-]{1,32}$/i),
  clockRate: z.int().positive(),
  channels: z.int().positive().exactOptional(),
  parameters: parameters.exactOptional(),
  rtcpFeedback: z.array(rtcpFeedback).max(32).exactOptional(),
};
const payloadType = z.int().min(0).max(127);
const ssrc = z.int().min(0).max(0xffff_ffff);

/** What an endpoint can receive, in the media engine's shape (ORTC RTCRtpCapabilities). */
export const rtpCapabilities = z.object({
  codecs: z
    .array(z.object({ ...codecBase, kind: mediaKind, preferredPayloadType: payloadType }))
    .max(64)
    .exactOptional(),
  headerExtensions: z
    .array(
      z.object({
        kind: mediaKind,
        uri: headerExtensionUri,
        preferredId: z.int().min(1).max(255),
        preferredEncrypt: z.boolean().exactOptional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).exactOptional(),
      }),
    )
    .max(64)
    .exactOptional(),
});

/** One RTP stream as it is sent, in the media engine's shape (ORTC RTCRtpParameters). */
export const rtpParameters = z.object({
  mid: z.string().max(32).exactOptional(),
  msid: z.string().max(256).exactOptional(),
  codecs: z
    .array(z.object({ ...codecBase, payloadType }))
    .min(1)
    .max(16),
  headerExtensions: z
    .array(
      z.object({
        uri: headerExtensionUri,
        id: z.int().min(1).max(255),
        encrypt: z.boolean().exactOptional(),
        parameters: parameters.exactOptional(),
      }),
    )
    .max(32)
    .exactOptional(),
  encodings: z
    .array(
      z.object({
        ssrc: ssrc.exactOptional(),
        rid: z.string().max(16).exactOptional(),
        codecPayloadType: payloadType.exactOptional(),
        rtx: z.object({ ssrc }).exactOptional(),
        dtx: z.boolean().exactOptional(),
        scalabilityMode: z.string().max(16).exactOptional(),
        maxBitrate: z.int().positive().exactOptional(),
      }),
    )
    .min(1)
    .max(4)
    .exactOptional(),
  rtcp: z
    .object({ cname: z.string().max(256).exactOptional(), reducedSize: z.boolean().exactOptional() })
    .exactOptional(),
});

/** ICE credentials of a transport (RFC 8445). */
export const iceParameters = z.object({
  usernameFragment: z.string().max(256),
  password: z.string().max(256),
  iceLite: z.boolean().exactOptional(),
});

const iceCandidate = z
  .object({
    foundation: z.string().max(64),
    priority: z.int(),
    ip: z.string().max(255),
    address: z.string().max(255),
    protocol: z.enum(['udp', 'tcp']),
    port: z.int().min(0).max(65_535),
    type: z.enum(['host', 'srflx', 'prflx', 'relay']),
    tcpType: z.enum(['active', 'passive', 'so']).optional(),
  })
  // The media engine spells out that a UDP candidate has no TCP type; a client must not see the property at all.
  .transform(({ tcpType, ...candidate }) => (tcpType === undefined ? candidate : { ...candidate, tcpType }));

/** DTLS role and certificate fingerprints (RFC 8122). */
export const dtlsParameters = z.object({
  role: z.enum(['auto', 'client', 'server']).exactOptional(),
  fingerprints: z
    .array(
      z.object({
        algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
        value: z.string().max(256),
      }),
    )
    .min(1)
    .max(8),
});

/** What a client needs to build its end of a transport. */
export const transportOptions = z.object({
  transportId: id,
  iceParameters,
  iceCandidates: z.array(iceCandidate),
  dtlsParameters,
});

/**
 * Which stream of a track a producer carries: `full` is the display at its own resolution, `small` the
 * reduced copy for the wall, `audio` the sound that goes with it.
 */
export const source = z.enum(['full', 'small', 'audio']);

/** See {@link rtpCapabilities}. */
export type RtpCapabilities = z.output<typeof rtpCapabilities>;
/** See {@link rtpParameters}. */
export type RtpParameters = z.output<typeof rtpParameters>;
/** See {@link transportOptions}. */
export type TransportOptions = z.output<typeof transportOptions>;
/** See {@link source}. */
export type Source = z.output<typeof source>;
