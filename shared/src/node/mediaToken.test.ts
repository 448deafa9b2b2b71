import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { signMediaToken, verifyMediaToken, type MediaGrant } from './mediaToken.ts';

const SECRET = 'a secret of this very test';
const FOLDER = 'default/alice@ws-0101/2026/03/01/s1/display-1';
const TRACK: MediaGrant = { kind: 'tracks', folders: [FOLDER] };
const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const EXPIRES_MS = NOW_MS + 60_000;
const INVALID = { ok: false, error: 'invalid' };

const signed = (claims: Record<string, unknown>, key: Uint8Array): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience('sightline-media')
    .setExpirationTime(EXPIRES_MS / 1_000)
    .sign(key);

describe('a media token', () => {
  it.each<MediaGrant>([
    TRACK,
    { kind: 'tracks', folders: [FOLDER, `${FOLDER}0`], range: { fromMs: 5, toMs: 9 } },
    { kind: 'export', exportId: 'e1' },
  ])('opens what it was signed for, and thus nothing else: %j', async (grant) => {
    const token = await signMediaToken(SECRET, grant, EXPIRES_MS);
    await expect(verifyMediaToken(SECRET, token, NOW_MS)).resolves.toEqual({
      ok: true,
      value: { grant, expiresAtMs: EXPIRES_MS },
    });
  });

  it('expires', async () => {
    const token = await signMediaToken(SECRET, TRACK, EXPIRES_MS);
    await expect(verifyMediaToken(SECRET, token, EXPIRES_MS - 1)).resolves.toMatchObject({ ok: true });
    await expect(verifyMediaToken(SECRET, token, EXPIRES_MS)).resolves.toEqual({
      ok: false,
      error: 'expired',
    });
  });

  it('is invalid when another secret signed it', async () => {
    const token = await signMediaToken('some other secret', TRACK, EXPIRES_MS);
    await expect(verifyMediaToken(SECRET, token, NOW_MS)).resolves.toEqual(INVALID);
  });

  it('is invalid when its folder was exchanged afterwards', async () => {
    const token = await signMediaToken(SECRET, TRACK, EXPIRES_MS);
    const [header, payload = '', signature] = token.split('.');
    const claims = Buffer.from(payload, 'base64url').toString().replace('alice', 'carol');
    const forged = [header, Buffer.from(claims).toString('base64url'), signature].join('.');
    await expect(verifyMediaToken(SECRET, forged, NOW_MS)).resolves.toEqual(INVALID);
  });

  it('is invalid without a signature, or with a key that is not ours to derive from', async () => {
    const unsigned = new UnsecuredJWT({ opens: TRACK })
      .setAudience('sightline-media')
      .setExpirationTime(EXPIRES_MS / 1_000)
      .encode();
    const plainKey = await signed({ opens: TRACK }, new TextEncoder().encode(SECRET));
    await expect(verifyMediaToken(SECRET, unsigned, NOW_MS)).resolves.toEqual(INVALID);
    await expect(verifyMediaToken(SECRET, plainKey, NOW_MS)).resolves.toEqual(INVALID);
  });

  it.each([{}, { opens: FOLDER }, { opens: { kind: 'tracks', folders: [] } }])(
    'is invalid when it says %j, whoever signed it',
    async (claims) => {
      const key = createHash('sha256').update(`media-token:${SECRET}`).digest();
      await expect(verifyMediaToken(SECRET, await signed(claims, key), NOW_MS)).resolves.toEqual(INVALID);
    },
  );

  it.each(['', 'x', 'a.b.c', '..', '\0'])('is invalid when it is %j', async (token) => {
    await expect(verifyMediaToken(SECRET, token, NOW_MS)).resolves.toEqual(INVALID);
  });
});
