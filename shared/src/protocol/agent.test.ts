import { describe, expect, it } from '@jest/globals';
import { agentRequests } from './agent.ts';

const order = (source: string, kind: string, mimeType: string): object => ({
  transportId: 't',
  trackId: 'display-1',
  label: 'Display 1',
  source,
  kind,
  rtpParameters: { codecs: [{ mimeType, clockRate: 90_000, payloadType: 96 }] },
});
const takes = (...named: Parameters<typeof order>): boolean =>
  agentRequests.produce.request.safeParse(order(...named)).success;

describe('produce', () => {
  it.each([
    ['full', 'video', 'video/H264'],
    ['small', 'video', 'video/VP8'],
    ['audio', 'audio', 'audio/opus'],
  ])('takes %s as %s of %s', (source, kind, mimeType) => {
    expect(takes(source, kind, mimeType)).toBe(true);
  });

  it.each([
    ['full', 'audio', 'audio/opus'],
    ['audio', 'video', 'video/H264'],
    ['audio', 'audio', 'video/H264'],
    ['full', 'video', 'audio/opus'],
  ])('does not take %s as %s of %s', (source, kind, mimeType) => {
    expect(takes(source, kind, mimeType)).toBe(false);
  });
});
