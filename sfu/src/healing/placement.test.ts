import { describe, expect, it } from '@jest/globals';
import type { LocalPiece } from '@sightline/shared';
import type { HealingTarget } from '../db/healing.ts';
import { placePiece } from './placement.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_800_000_000_000;
const STARTED_MS = NOW_MS - 10 * HOUR_MS;
const target: HealingTarget = {
  sessionId: 's1',
  companyId: 'c1',
  deviceId: 'd1',
  userId: 'ann@desk',
  userName: 'ann',
  hostName: 'desk',
  startedAtMs: STARTED_MS,
  endedAtMs: null,
  endReason: null,
  nextStartMs: null,
  recorderIds: [],
  trackIds: ['display-1'],
};
const pieceOf = (fromMs: number, toMs: number, change: Partial<LocalPiece> = {}): LocalPiece => ({
  pieceId: '3f0e7a52-5a7e-4b7d-8d5b-2f6a0b1c9d10',
  sessionId: 's1',
  trackId: 'display-1',
  label: 'Screen',
  fromMs,
  toMs,
  clockOffsetMs: 0,
  bytes: 1_000,
  sha256: 'a'.repeat(64),
  mimeType: 'video/mp4',
  ...change,
});
const recent = pieceOf(NOW_MS - 60_000, NOW_MS - 30_000);
const refusal = (why: RegExp, final = true) => ({
  ok: false,
  error: { why: expect.stringMatching(why), final },
});

describe('a piece', () => {
  it('is placed in the sfu’s time, however wrong the agent’s clock', () => {
    const ahead = { ...recent, fromMs: recent.fromMs + HOUR_MS, toMs: recent.toMs + HOUR_MS };
    const placed = placePiece({ ...ahead, clockOffsetMs: -HOUR_MS - 0.4 }, target, NOW_MS);
    expect(placed).toEqual({
      ok: true,
      value: { fromMs: recent.fromMs, toMs: recent.toMs, extendToMs: null },
    });
    expect(placePiece(ahead, target, NOW_MS)).toEqual(refusal(/future/, false));
  });

  it.each<[string, LocalPiece, RegExp]>([
    ['ends before it begins', pieceOf(NOW_MS - 10, NOW_MS - 20), /ends before/],
    ['is too long', pieceOf(NOW_MS - 7 * HOUR_MS, NOW_MS), /longer/],
    ['is too large', { ...recent, bytes: 2 ** 40 }, /larger/],
    ['lies before its session', pieceOf(STARTED_MS - 2_000, STARTED_MS - 1_000), /before its session/],
  ])('is refused if it %s', (_what, piece, why) => {
    expect(placePiece(piece, target, NOW_MS)).toEqual(refusal(why));
  });

  it('may bring a display that nobody has seen, but not any number of them', () => {
    const other = { ...recent, trackId: 'display-2' };
    expect(placePiece(other, target, NOW_MS)).toMatchObject({ ok: true });
    const trackIds = Array.from({ length: 32 }, (_, n) => `screen-${n}`);
    expect(placePiece(other, { ...target, trackIds }, NOW_MS)).toEqual(refusal(/too many/));
  });

  describe('of a session that has ended', () => {
    const endedAtMs = NOW_MS - HOUR_MS;
    const ended = { ...target, endedAtMs, endReason: 'connection-lost' as const };
    const after = pieceOf(endedAtMs - 50_000, endedAtMs + 600_000);

    it('reopens it if its end was only concluded', () => {
      expect(placePiece(after, ended, NOW_MS)).toMatchObject({ value: { extendToMs: after.toMs } });
      const within = pieceOf(endedAtMs - 50_000, endedAtMs - 1_000);
      expect(placePiece(within, ended, NOW_MS)).toMatchObject({ value: { extendToMs: null } });
    });

    it('extends it no further than to the next one of the device', () => {
      const nextStartMs = endedAtMs + 60_000;
      expect(placePiece(after, { ...ended, nextStartMs }, NOW_MS)).toMatchObject({
        value: { toMs: after.toMs, extendToMs: nextStartMs },
      });
    });

    it('leaves an end that was meant', () => {
      for (const endReason of ['stopped', 'app-closed', 'device-revoked'] as const)
        expect(placePiece(after, { ...ended, endReason }, NOW_MS)).toMatchObject({
          value: { extendToMs: null },
        });
      const late = pieceOf(endedAtMs, endedAtMs + 1_000);
      expect(placePiece(late, { ...ended, endReason: 'stopped' }, NOW_MS)).toEqual(
        refusal(/after its session/),
      );
    });

    it('comes too late after a day', () => {
      const old = { ...ended, endedAtMs: STARTED_MS + 1_000, startedAtMs: STARTED_MS };
      const day = 24 * HOUR_MS;
      const piece = pieceOf(old.endedAtMs + day, old.endedAtMs + day + 1_000);
      expect(placePiece(piece, old, NOW_MS + 2 * day)).toEqual(refusal(/after its session/));
    });
  });
});
