import { describe, expect, it } from '@jest/globals';
import { isInstalled } from './npm-packages.mjs';

const packages = (entries) => ({ packages: entries });
const wanted = packages({
  '': { name: 'root' },
  sfu: { version: '0.1.0' },
  'node_modules/@x/sfu': { resolved: 'sfu', link: true },
  'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' },
  'node_modules/only-macos': { version: '1.0.0', optional: true },
});
const link = { 'node_modules/@x/sfu': { resolved: 'sfu', link: true } };

describe('isInstalled', () => {
  it('accepts exactly what the lockfile asks for; optional packages may be absent', () => {
    const zod = { version: '4.0.0', integrity: 'sha512-a' };
    expect(isInstalled(wanted, packages({ ...link, 'node_modules/zod': zod }))).toBe(true);
  });

  it.each([
    ['a missing package', link],
    ['another version', { ...link, 'node_modules/zod': { version: '4.0.1', integrity: 'sha512-b' } }],
    ['other content', { ...link, 'node_modules/zod': { version: '4.0.0', integrity: 'sha512-b' } }],
    ['a missing workspace', { 'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' } }],
  ])('refuses %s', (_what, installed) => {
    expect(isInstalled(wanted, packages(installed))).toBe(false);
  });
});
