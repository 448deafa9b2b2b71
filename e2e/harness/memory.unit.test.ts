import { describe, expect, it } from '@jest/globals';
import { parsePssKib } from './memory.ts';

describe('/proc/<pid>/smaps_rollup', () => {
  it('tells the proportional set size, not a part of it', () => {
    expect(parsePssKib('Rss:  1744 kB\nPss:                 236 kB\nPss_Anon:   112 kB\n')).toBe(236);
    expect(() => parsePssKib('Pss_Anon:  112 kB\n')).toThrow('no proportional set size');
  });
});
