import { describe, expect, it } from '@jest/globals';
import { fakeStream } from './fakeStream.ts';
import { createReplay, packetAt } from './replay.ts';
import { parseRtp, type RtpPacket } from './rtp.ts';

const numbering = { ssrc: 7, firstSequenceNumber: 65_530, firstTimestamp: 2 ** 32 - 9_000 };

function bench(options: { originMs?: number; startMs?: number } = {}) {
  const sent: RtpPacket[] = [];
  const replay = createReplay(fakeStream, {
    numbering,
    originMs: options.originMs ?? 1_000,
    startMs: options.startMs ?? 1_000,
    send: (header, payload) => sent.push(parseRtp(Buffer.concat([header, payload]))),
  });
  return { replay, sent };
}

describe('the endless stream', () => {
  it('goes on over the seam: one frame later, one frame interval later', () => {
    expect(packetAt(fakeStream, 4)).toMatchObject({ frame: 3, atMs: 300 });
    expect(packetAt(fakeStream, 5)).toMatchObject({ frame: 4, atMs: 400 });
    expect(packetAt(fakeStream, 6)).toMatchObject({ frame: 4, atMs: 410 });
  });
});

describe('a replay', () => {
  it('sends what is due, and says how late it is', () => {
    const { replay, sent } = bench();
    expect(replay.sendDue(1_099)).toBe(99);
    expect(sent).toHaveLength(2);
    expect(replay.sendDue(1_099)).toBe(0);
    expect(sent).toHaveLength(2);
  });

  it('numbers packets and times frames without a break, over the seam and where fields wrap', () => {
    const { replay, sent } = bench();
    replay.sendDue(1_000 + 799);
    expect(sent).toHaveLength(10);
    for (const [position, packet] of sent.entries()) {
      expect(packet.ssrc).toBe(7);
      expect(packet.sequenceNumber).toBe((65_530 + position) % 65_536);
      const { frame } = packetAt(fakeStream, position);
      expect(packet.timestamp).toBe((2 ** 32 - 9_000 + frame * 9_000) % 2 ** 32);
    }
    expect(replay.sent).toEqual({ first: 0, last: 7 });
  });

  it('begins with a whole frame, wherever in the stream it joins', () => {
    const { replay, sent } = bench({ startMs: 1_000 + 405 });
    replay.sendDue(1_000 + 500);
    expect(replay.sent).toEqual({ first: 5, last: 5 });
    expect(sent[0]?.payload).toEqual(Buffer.from([2]));
  });

  it('ends with a whole frame', () => {
    const { replay, sent } = bench();
    replay.sendDue(1_005);
    expect(sent).toHaveLength(1);
    replay.finishFrame();
    expect(sent).toHaveLength(2);
    expect(replay.sent).toEqual({ first: 0, last: 0 });
  });

  it('ends with nothing if it has sent nothing', () => {
    const { replay, sent } = bench();
    replay.finishFrame();
    expect(sent).toEqual([]);
    expect(replay.sent).toBeUndefined();
  });
});
