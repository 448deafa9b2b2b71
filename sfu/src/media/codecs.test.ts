import { describe, expect, it } from '@jest/globals';
import { recorderCapabilities, signalledCapabilities } from './codecs.ts';

const feedback = ['nack', 'ccm', 'goog-remb', 'transport-cc'].map((type) => ({ type, parameter: '' }));
const capabilities = {
  codecs: [
    {
      kind: 'video' as const,
      mimeType: 'video/H264',
      clockRate: 90_000,
      preferredPayloadType: 101,
      rtcpFeedback: [...feedback, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }],
    },
    {
      kind: 'video' as const,
      mimeType: 'video/rtx',
      clockRate: 90_000,
      preferredPayloadType: 102,
      parameters: { apt: 101 },
    },
  ],
  headerExtensions: [
    {
      kind: 'video' as const,
      uri: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01' as const,
      preferredId: 5,
    },
    { kind: 'video' as const, uri: 'urn:ietf:params:rtp-hdrext:toffset' as const, preferredId: 12 },
    {
      kind: 'video' as const,
      uri: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time' as const,
      preferredId: 13,
    },
  ],
};

describe('capabilities', () => {
  it('of a recorder: key frames can be asked for, and nothing that would need feedback is there', () => {
    const { codecs, headerExtensions } = recorderCapabilities(capabilities);
    expect(codecs?.map(({ mimeType }) => mimeType)).toEqual(['video/H264']);
    expect(codecs?.[0]?.rtcpFeedback?.map(({ type, parameter }) => `${type} ${parameter}`)).toEqual([
      'ccm ',
      'nack pli',
      'ccm fir',
    ]);
    expect(headerExtensions?.map(({ preferredId }) => preferredId)).toEqual([13]);
  });

  it('for clients: without the extensions that clients do not know', () => {
    expect(
      signalledCapabilities(capabilities).headerExtensions?.map(({ preferredId }) => preferredId),
    ).toEqual([5, 13]);
  });
});
