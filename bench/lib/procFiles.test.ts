import { describe, expect, it } from '@jest/globals';
import { parseOpenFilesLimit, parsePeakRssKib, parseProcStat } from './procFiles.ts';

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

describe('/proc/<pid>/status', () => {
  it('tells the peak of the resident set, not of the address space', () => {
    expect(parsePeakRssKib('VmPeak:\t 9000 kB\nVmHWM:\t  4321 kB\nVmRSS:\t 4000 kB\n')).toBe(4_321);
    expect(() => parsePeakRssKib('')).toThrow('no peak');
  });
});

describe('/proc/<pid>/limits', () => {
  it('tells the limit that holds', () => {
    expect(
      parseOpenFilesLimit('Max open files            1024                 524288               files\n'),
    ).toBe(1_024);
    expect(
      parseOpenFilesLimit('Max open files            unlimited            unlimited            files\n'),
    ).toBe(Number.POSITIVE_INFINITY);
    expect(() => parseOpenFilesLimit('')).toThrow('no number of open files');
  });
});
