import { expect, it } from '@jest/globals';
import { pickVideoCodec, SEND_SETTINGS } from './encodings.ts';

const codec = (mimeType: string) => ({
  mimeType,
  kind: 'video' as const,
  clockRate: 90_000,
  preferredPayloadType: 96,
});
const [vp8, h264, opus] = [codec('video/VP8'), codec('video/H264'), codec('audio/opus')];

it('sends H.264, and VP8 only where H.264 cannot be encoded', () => {
  expect(pickVideoCodec([opus, vp8, h264])).toBe(h264);
  expect(pickVideoCodec([opus, vp8])).toBe(vp8);
  expect(pickVideoCodec([opus])).toBeUndefined();
});

it('lets full keep its resolution', () => {
  expect(SEND_SETTINGS.full.degradationPreference).toBe('maintain-resolution');
});

it('starts every video at the same estimate: that of the first one added is the connection’s', () => {
  const { full, small } = SEND_SETTINGS;
  expect(full.codecOptions?.videoGoogleStartBitrate).toBeGreaterThan(1_000);
  expect(small.codecOptions?.videoGoogleStartBitrate).toBe(full.codecOptions?.videoGoogleStartBitrate);
});
