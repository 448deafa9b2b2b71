import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deriveKey } from './keys.ts';
import { createSealer } from './sealer.ts';

const SECRET = 'a secret of at least 32 characters';
const sealer = createSealer(deriveKey(SECRET, 'cookies'));

describe('what is sealed', () => {
  it('opens with the same key and context', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        expect(sealer.open(sealer.seal(text, context), context)).toBe(text);
      }),
    );
  });

  it('opens neither with another key, nor in another context, nor after a change', () => {
    const sealed = sealer.seal('text', 'account a1');
    expect(createSealer(deriveKey(SECRET, 'totp')).open(sealed, 'account a1')).toBeUndefined();
    expect(sealer.open(sealed, 'account a2')).toBeUndefined();
    expect(sealer.open(sealed.slice(0, -2), 'account a1')).toBeUndefined();
    expect(sealer.open('', 'account a1')).toBeUndefined();
  });

  it('never looks the same twice', () => {
    expect(sealer.seal('text', '')).not.toBe(sealer.seal('text', ''));
  });
});
