import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { dtlsParameters, rtpCapabilities, rtpParameters, trackId, transportOptions } from './media.ts';

/** What running ends put on the wire: mediasoup 3.27, mediasoup-client 3.24 in Chromium 156; secrets blanked. */
const samples = z
  .record(z.string(), z.unknown())
  .parse(JSON.parse(readFileSync(new URL('./fixtures/mediaSamples.json', import.meta.url), 'utf8')));

describe('the media schemas', () => {
  it.each([
    ['routerCapabilities', rtpCapabilities],
    ['receiveCapabilities', rtpCapabilities],
    ['consumedVideo', rtpParameters],
    ['consumedAudio', rtpParameters],
    ['createdTransport', transportOptions],
    ['localDtlsParameters', dtlsParameters],
  ] as const)('keep every property of %s', (name, schema) => {
    expect(samples[name]).toBeDefined();
    expect(schema.parse(samples[name])).toEqual(samples[name]);
  });

  it.each(['producedFull', 'producedSmall', 'producedAudio'])(
    'take %s as it is, but for what concerns the encoder alone',
    (name) => {
      const parsed = rtpParameters.parse(samples[name]);
      expect(samples[name]).toMatchObject(parsed);
      expect(new Set(Object.keys(parsed))).toEqual(
        new Set(Object.keys(z.looseObject({}).parse(samples[name]))),
      );
    },
  );

  it('leave out the TCP type that the media engine spells out as undefined', () => {
    const transport = transportOptions.parse(samples['createdTransport']);
    const [candidate] = transport.iceCandidates;
    const spelledOut = { ...transport, iceCandidates: [{ ...candidate, tcpType: undefined }] };
    expect(transportOptions.parse(spelledOut).iceCandidates[0]).not.toHaveProperty('tcpType');
  });

  it.each([
    ['a header extension that nobody knows', { headerExtensions: [{ uri: 'urn:x', id: 1 }] }],
    [
      'a payload type of 8 bits',
      { codecs: [{ mimeType: 'video/H264', payloadType: 200, clockRate: 90_000 }] },
    ],
    ['no codec at all', { codecs: [] }],
    [
      'a codec that is neither audio nor video',
      { codecs: [{ mimeType: 'text/x', payloadType: 1, clockRate: 1 }] },
    ],
    ['an SSRC of more than 32 bits', { encodings: [{ ssrc: 2 ** 32 }] }],
    ['a hundred encodings', { encodings: Array.from({ length: 100 }, () => ({ ssrc: 1 })) }],
  ])('refuse %s', (_what, change) => {
    const good = rtpParameters.parse(samples['producedFull']);
    expect(rtpParameters.safeParse({ ...good, ...change }).success).toBe(false);
  });

  it.each(['', 'Display', '../up', 'a/b', 'a'.repeat(33), '-a', 'a\n', 'ä'])(
    'refuse the track id %j',
    (text) => {
      expect(trackId.safeParse(text).success).toBe(false);
    },
  );
});
