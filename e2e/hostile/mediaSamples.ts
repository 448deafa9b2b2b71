import type { RtpCapabilities, RtpParameters } from '@sightline/shared';

/** DTLS parameters of a client, as a browser would send them. */
export const DTLS = {
  role: 'client' as const,
  fingerprints: [{ algorithm: 'sha-256' as const, value: Array(32).fill('AB').join(':') }],
};

const H264 = {
  mimeType: 'video/H264',
  clockRate: 90_000,
  parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
};

/** A stream of H.264. */
export const h264 = (ssrc: number): RtpParameters => ({
  mid: String(ssrc),
  codecs: [{ ...H264, payloadType: 96 }],
  encodings: [{ ssrc }],
});

/** What a viewer of H.264 can receive. */
export const RECEIVES: RtpCapabilities = {
  codecs: [{ ...H264, kind: 'video', preferredPayloadType: 96 }],
  headerExtensions: [],
};
