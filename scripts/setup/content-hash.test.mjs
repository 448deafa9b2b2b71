import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hashSources, isStamped, writeStamp } from './content-hash.mjs';

let base;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'content-hash-'));
  mkdirSync(join(base, 'src'));
  writeFileSync(join(base, 'src/a.ts'), 'a');
  writeFileSync(join(base, 'lock.json'), '{}');
});

afterEach(() => rmSync(base, { recursive: true }));

const hash = () => hashSources(base, ['src', 'lock.json']);

describe('hashSources', () => {
  it('is the same for the same sources', () => {
    expect(hash()).toBe(hash());
  });

  it.each([
    ['changed content', () => writeFileSync(join(base, 'src/a.ts'), 'b')],
    ['a new file', () => writeFileSync(join(base, 'src/b.ts'), '')],
    ['a changed file given by name', () => writeFileSync(join(base, 'lock.json'), '{ }')],
  ])('changes with %s', (_what, change) => {
    const before = hash();
    change();
    expect(hash()).not.toBe(before);
  });

  it.each(['src/a.test.ts', 'src/dist/a.js', 'src/node_modules/x.js'])('does not look at %s', (file) => {
    const before = hash();
    mkdirSync(join(base, file, '..'), { recursive: true });
    writeFileSync(join(base, file), 'x');
    expect(hash()).toBe(before);
  });
});

describe('stamps', () => {
  it('holds for the hash that was written, and for no other', () => {
    const stamp = join(base, 'state/build.sha256');
    expect(isStamped(stamp, 'abc')).toBe(false);
    writeStamp(stamp, 'abc');
    expect(isStamped(stamp, 'abc')).toBe(true);
    expect(isStamped(stamp, 'abd')).toBe(false);
  });
});
