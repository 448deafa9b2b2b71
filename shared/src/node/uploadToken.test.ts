import { describe, expect, it } from '@jest/globals';
import { signMediaToken } from './mediaToken.ts';
import { signUploadToken, verifyUploadToken, type UploadOrder } from './uploadToken.ts';

const SECRET = 'a secret of this very test';
const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const EXPIRES_MS = NOW_MS + 60_000;
const INVALID = { ok: false, error: 'invalid' };
const ORDER: UploadOrder = {
  pieceId: '3f0e7a52-5a7e-4b7d-8d5b-2f6a0b1c9d10',
  trackId: 'display-1',
  label: 'Bildschirm 1 – größer',
  fromMs: NOW_MS - 60_000,
  toMs: NOW_MS - 30_000,
  bytes: 1_000,
  sha256: 'a'.repeat(64),
  mimeType: 'video/mp4',
  location: { companyId: 'c1', userId: 'ann@desk', sessionId: 's1', sessionStartedAtMs: NOW_MS - 90_000 },
  userName: 'ann',
  hostName: 'desk',
};

describe('an upload token', () => {
  it('says which piece may be uploaded, and expires', async () => {
    const token = await signUploadToken(SECRET, ORDER, EXPIRES_MS);
    expect(await verifyUploadToken(SECRET, token, NOW_MS)).toEqual({
      ok: true,
      value: { content: ORDER, expiresAtMs: EXPIRES_MS },
    });
    expect(await verifyUploadToken(SECRET, token, EXPIRES_MS)).toEqual({ ok: false, error: 'expired' });
  });

  it('fits into an answer to the agent, however long the names', async () => {
    const long = '中'.repeat(128);
    const order = { ...ORDER, label: long, userName: long, hostName: long };
    expect((await signUploadToken(SECRET, order, EXPIRES_MS)).length).toBeLessThan(4_096);
  });

  it('is invalid when another secret signed it, or when it is for reading', async () => {
    const foreign = await signUploadToken('some other secret', ORDER, EXPIRES_MS);
    expect(await verifyUploadToken(SECRET, foreign, NOW_MS)).toEqual(INVALID);
    const media = await signMediaToken(SECRET, { kind: 'export', exportId: 'e1' }, EXPIRES_MS);
    expect(await verifyUploadToken(SECRET, media, NOW_MS)).toEqual(INVALID);
    expect(await verifyUploadToken(SECRET, 'x', NOW_MS)).toEqual(INVALID);
  });
});
