import { describe, expect, it } from '@jest/globals';
import { readSecret, takeSecret } from './enrolmentLink.ts';

const ORIGIN = 'https://sight.example';

describe('what is pasted', () => {
  it.each([
    ['the link', `${ORIGIN}/agent/#enrol=abc-DEF_123`, 'abc-DEF_123'],
    ['the link with blanks around it', `  ${ORIGIN}/agent/?user=ana#enrol=abc \n`, 'abc'],
    ['the secret alone', ' abc-DEF_123 ', 'abc-DEF_123'],
    ['a link of another server', 'https://other.example/agent/#enrol=abc', undefined],
    ['a link without a secret', `${ORIGIN}/agent/`, undefined],
    ['a sentence', 'please enrol me', undefined],
    ['nothing', '', undefined],
    ['far too much', 'x'.repeat(129), undefined],
  ])('%s', (_what, text, secret) => {
    expect(readSecret(text, ORIGIN)).toBe(secret);
  });
});

describe('the page’s address', () => {
  it('gives its secret away once, and keeps the rest', () => {
    const shown: unknown[] = [];
    const history = { replaceState: (_data: unknown, _title: string, url?: unknown) => void shown.push(url) };
    const location = { hash: '#enrol=abc', pathname: '/agent/', search: '?user=ana' };
    expect(takeSecret({ location, history })).toBe('abc');
    expect(takeSecret({ location: { ...location, hash: '' }, history })).toBeUndefined();
    expect(shown).toEqual(['/agent/?user=ana']);
  });
});
