import { describe, expect, it } from '@jest/globals';
import type { RtpParameters } from '@sightline/shared';
import { buildSdp, recordedCodec } from './sdp.ts';

const destination = { host: '127.0.0.1', video: { rtpPort: 20_000, rtcpPort: 20_001 } };

const h264: RtpParameters = {
  codecs: [
    {
      mimeType: 'video/H264',
      payloadType: 103,
      clockRate: 90_000,
      parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
    },
    { mimeType: 'video/rtx', payloadType: 104, clockRate: 90_000, parameters: { apt: 103 } },
  ],
  encodings: [{ ssrc: 4_711 }],
};

describe('the SDP of a run', () => {
  it('describes H.264 as the consumer sends it', () => {
    const rows = buildSdp({ rtpParameters: h264 }, destination).split('\r\n');
    expect(rows).toEqual(
      expect.arrayContaining([
        'c=IN IP4 127.0.0.1',
        'm=video 20000 RTP/AVP 103',
        'a=rtcp:20001',
        'a=rtpmap:103 H264/90000',
        'a=fmtp:103 packetization-mode=1;profile-level-id=42e01f',
        'a=ssrc:4711 cname:sightline',
      ]),
    );
  });

  it('describes VP8 without format parameters', () => {
    const sdp = buildSdp(
      { rtpParameters: { codecs: [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }] } },
      destination,
    );
    expect(sdp).toContain('a=rtpmap:101 VP8/90000');
    expect(sdp).not.toContain('fmtp');
    expect(sdp).not.toContain('ssrc');
  });

  it('describes sound after the video, at ports of its own', () => {
    const opus = { codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000 }] };
    const sdp = buildSdp(
      { rtpParameters: h264, audio: { rtpParameters: opus } },
      { ...destination, audio: { rtpPort: 20_002, rtcpPort: 20_003 } },
    );
    expect(sdp.split('m=')[2]?.split('\r\n')).toEqual(
      expect.arrayContaining(['audio 20002 RTP/AVP 100', 'a=rtcp:20003', 'a=rtpmap:100 opus/48000/2']),
    );
  });

  it('lets no parameter add lines of its own', () => {
    const [codec] = h264.codecs;
    const parameters = { 'profile-level-id': '42e01f\r\nm=audio 1 RTP/AVP 0' };
    const sdp = buildSdp(
      {
        rtpParameters: {
          codecs: [{ ...codec, mimeType: 'video/H264', payloadType: 1, clockRate: 90_000, parameters }],
        },
      },
      destination,
    );
    expect(sdp).not.toContain('m=audio');
  });

  it.each(['video/VP9', 'video/AV1', 'audio/opus'])('refuses %s', (mimeType) => {
    const parameters: RtpParameters = { codecs: [{ mimeType, payloadType: 96, clockRate: 90_000 }] };
    expect(() => recordedCodec(parameters)).toThrow(expect.objectContaining({ code: 'unsupported-codec' }));
  });
});
