import { describe, expect, it } from '@jest/globals';
import { createTotpSecret, otpauthUrl, totpCodeAt, totpStepOf } from './totp.ts';

/** The ASCII text 12345678901234567890 of RFC 6238, appendix B. */
const RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('codes of the second factor', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %d s are those of RFC 6238', (seconds, code) => {
    expect(totpCodeAt(RFC_SECRET, Math.floor(seconds / 30))).toBe(code);
    expect(totpStepOf(RFC_SECRET, code, seconds * 1_000)).toBe(Math.floor(seconds / 30));
  });

  it('are taken one step early or late, not more', () => {
    const nowMs = 59_000;
    expect(totpStepOf(RFC_SECRET, totpCodeAt(RFC_SECRET, 0), nowMs)).toBe(0);
    expect(totpStepOf(RFC_SECRET, totpCodeAt(RFC_SECRET, 2), nowMs)).toBe(2);
    expect(totpStepOf(RFC_SECRET, totpCodeAt(RFC_SECRET, 3), nowMs)).toBeUndefined();
    expect(totpStepOf(RFC_SECRET, '28708', nowMs)).toBeUndefined();
  });

  it('come from secrets that authenticators can read', () => {
    const secret = createTotpSecret();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(new URL(otpauthUrl(secret, 'ann@example.test')).searchParams.get('secret')).toBe(secret);
    expect(otpauthUrl(secret, 'ann@example.test')).toContain('/Sightline:ann%40example.test?');
  });
});
