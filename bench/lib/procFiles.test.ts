import { describe, expect, it } from '@jest/globals';
import { parseProcStat, parsePssKib } from './procFiles.ts';

describe('/proc/<pid>/stat', () => {
  it('tells CPU time, whatever the name of the process holds', () => {
    const stat =
      '4711 (a) R (b) S 17 4711 4711 0 -1 4194304 900 80 7 6 250 31 12 5 20 0 11 0 123456 1 2 3 4 5 6 7 8\n';
    expect(parseProcStat(stat)).toEqual({ pid: 4711, parentPid: 17, ownTicks: 281, endedChildrenTicks: 17 });
  });

  it('is refused when it is something else', () => {
    expect(() => parseProcStat('')).toThrow('no line of');
    expect(() => parseProcStat('12 (node) S 1 2')).toThrow('no line of');
  });
});

describe('/proc/<pid>/smaps_rollup', () => {
  it('tells the proportional set size, not a part of it', () => {
    expect(parsePssKib('Rss:  1744 kB\nPss:                 236 kB\nPss_Anon:   112 kB\n')).toBe(236);
    expect(() => parsePssKib('Pss_Anon:  112 kB\n')).toThrow('no proportional set size');
  });
});
