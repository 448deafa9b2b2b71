import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hostileText, twins } from './hostileText.ts';
import { decodePathPart, encodePathPart } from './pathPart.ts';

const RUNS = { numRuns: 2_000 };

describe('a path part', () => {
  it('reads back as what was written, whatever the text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const part = encodePathPart(text);
        if (part !== undefined) expect(decodePathPart(part)).toBe(text);
      }),
      RUNS,
    );
  });

  it('is one safe file name, or none', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const part = encodePathPart(text);
        if (part === undefined) return;
        expect(part).toMatch(/^[A-Za-z0-9@._%-]{1,255}$/);
        expect(part).not.toMatch(/^\.|\.$/);
        expect(part).not.toMatch(/^(con|prn|aux|nul|(com|lpt)\d)(\.|$)/i);
      }),
      RUNS,
    );
  });

  it('is there for all text that is not too long', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const worst = Buffer.byteLength(text) * 3;
        if (text.isWellFormed() && worst <= 255) expect(encodePathPart(text)).toBeDefined();
      }),
      RUNS,
    );
  });

  it('tells apart what looks the same, also where file systems compose and decompose names', () => {
    fc.assert(
      fc.property(twins, ([one, other]) => {
        fc.pre(one !== other);
        const [a, b] = [encodePathPart(one), encodePathPart(other)];
        if (a === undefined || b === undefined) return;
        for (const form of ['NFC', 'NFD'] as const) expect(a.normalize(form)).not.toBe(b.normalize(form));
      }),
    );
  });

  it('reads nothing that it would not have written', () => {
    fc.assert(
      fc.property(hostileText, (part) => {
        const text = decodePathPart(part);
        if (text !== undefined) expect(encodePathPart(text)).toBe(part);
      }),
      RUNS,
    );
  });

  it.each([
    ['alice@ws-0101', 'alice@ws-0101'],
    ['a.b_c-d', 'a.b_c-d'],
    ['..', '%2E%2E'],
    ['.', '%2E'],
    ['../etc', '%2E.%2Fetc'],
    ['a/b', 'a%2Fb'],
    ['a\\b', 'a%5Cb'],
    ['100 %', '100%20%25'],
    ['nul\0', 'nul%00'],
    ['CON', '%43ON'],
    ['aux.txt', '%61ux.txt'],
    ['name.', 'name%2E'],
    ['😀.', '%F0%9F%98%80%2E'],
    ['😀 ', '%F0%9F%98%80%20'],
    ['con.😀.', '%63on.%F0%9F%98%80%2E'],
    ['ё', '%D1%91'],
  ])('writes %j as %s', (text, part) => {
    expect(encodePathPart(text)).toBe(part);
    expect(decodePathPart(part)).toBe(text);
  });

  it.each(['', '\ud800', 'x'.repeat(256), '漢'.repeat(29)])('cannot be made of %j', (text) => {
    expect(encodePathPart(text)).toBeUndefined();
  });

  it.each(['', '.', '..', 'a/b', '%2e', '%41', '%', '%zz', '%C3', 'a b', 'con', 'x'.repeat(256)])(
    'is not read from %j',
    (part) => {
      expect(decodePathPart(part)).toBeUndefined();
    },
  );
});
