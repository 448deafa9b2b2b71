import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { startDiskWatch, type DiskWatch } from './diskWatch.ts';
import { createProblems, type Problems } from './problems.ts';

const logger = createLogger('test', 'silent');
const MARKS = { low: { bytes: 500 }, clearing: { bytes: 300 }, full: { bytes: 100 } };

let clock: ManualClock;
let problems: Problems;
let freeBytes: number;
let fault: string | null;
let readFails: boolean;
let writeMs: number;
/** While set, looks do not come back until it resolves. */
let hanging: Promise<void> | undefined;
let looks: number;
/** What the next clearings free. */
let clearable: number;
let asked: number[];
let ended: string[];
let reserved: boolean;
let watch: DiskWatch;

const settle = () => new Promise((resolve) => setImmediate(resolve));
const pass = async (seconds: number): Promise<void> => {
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1_000);
    await settle();
  }
};
const codes = (): string[] => problems.list().map(({ code }) => code);

beforeEach(async () => {
  clock = createManualClock();
  problems = createProblems({ clock, logger });
  freeBytes = 1_000;
  fault = null;
  readFails = false;
  writeMs = 5;
  hanging = undefined;
  looks = 0;
  clearable = 0;
  asked = [];
  ended = [];
  reserved = false;
  watch = await startDiskWatch({
    look: async () => {
      looks += 1;
      await hanging;
      if (readFails) throw new Error('EIO');
      return { freeBytes, totalBytes: 2_000, fault, writeMs };
    },
    marks: MARKS,
    reserve: {
      take: async () => void (reserved = true),
      release: async () => void (reserved = false),
    },
    clear: (bytesNeeded) => {
      asked.push(bytesNeeded);
      const freed = Math.min(clearable, bytesNeeded);
      clearable -= freed;
      freeBytes += freed;
      return Promise.resolve(freed);
    },
    onFull: (message) => ended.push(message),
    problems,
    clock,
    logger,
  });
});

describe('the watch on the disk', () => {
  it('warns when room runs short, and is content when there is room again', async () => {
    freeBytes = 400;
    await pass(5);
    expect([watch.reading.state, codes()]).toEqual(['low', ['disk-low']]);
    freeBytes = 900;
    await pass(1);
    expect([watch.reading.state, codes(), asked]).toEqual(['ok', [], []]);
  });

  it('has the oldest removed until there is room again', async () => {
    freeBytes = 250;
    clearable = 1_000;
    await pass(7);
    expect([watch.reading.state, asked, codes()]).toEqual(['low', [150], ['disk-low']]);
  });

  it('says that nothing is left to remove, and asks again only after a while', async () => {
    freeBytes = 250;
    await pass(10);
    expect([asked.length, codes()]).toEqual([1, ['disk-clearing', 'disk-nothing-to-clear']]);
    await pass(30);
    expect(asked).toHaveLength(2);
    clearable = 500;
    await pass(31);
    expect([watch.reading.state, codes()]).toEqual(['low', ['disk-low']]);
  });

  it('ends the runs before the room is gone, gives the reserve free, and recovers by itself', async () => {
    expect(reserved).toBe(true);
    freeBytes = 90;
    await pass(5);
    expect([watch.reading.state, ended.length, reserved]).toEqual(['full', 1, false]);
    await pass(20);
    expect(ended).toHaveLength(1);
    freeBytes = 1_000;
    await pass(1);
    expect([watch.reading.state, codes(), reserved]).toEqual(['ok', [], true]);
  });

  it('records nothing while the disk cannot be written, and removes nothing for it', async () => {
    fault = 'EROFS';
    await pass(5);
    expect([watch.reading.state, ended.length, asked]).toEqual(['full', 1, []]);
    expect(codes()).toEqual(['disk-full', 'disk-unwritable']);
    fault = null;
    await pass(1);
    expect([watch.reading.state, codes()]).toEqual(['ok', []]);
  });

  it('makes visible that it cannot look, and goes on looking', async () => {
    readFails = true;
    await pass(5);
    expect(codes()).toEqual(['disk-watch-failed']);
    readFails = false;
    await pass(5);
    expect(codes()).toEqual([]);
    await watch.close();
    expect(clock.pending).toBe(0);
  });

  it('says that the disk is slow when it stays so, with figures, and that it is fast again', async () => {
    writeMs = 1_300;
    await pass(10);
    expect([watch.reading.slow, codes()]).toEqual([null, []]);
    await pass(5);
    expect([watch.reading.state, codes()]).toEqual(['ok', ['disk-slow']]);
    expect(watch.reading.slow).toContain('1300 ms');
    writeMs = 20;
    await pass(2);
    expect(codes()).toEqual(['disk-slow']);
    await pass(1);
    expect([watch.reading.slow, codes()]).toEqual([null, []]);
  });

  it('takes a look that does not come back as slow, and never begins a second one', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await pass(4);
    const before = looks;
    hanging = promise;
    await pass(1 + 3 * 2 + 2 * 1);
    expect([codes(), looks - before]).toEqual([['disk-slow'], 1]);
    expect(watch.reading.slow).toContain('more than 2 s');
    await pass(60);
    expect(looks - before).toBe(1);

    hanging = undefined;
    resolve();
    await pass(5);
    expect([watch.reading.slow, codes()]).toEqual([null, []]);
    await watch.close();
    expect(clock.pending).toBe(0);
  });

  it('is not kept from ending by a look that does not come back', async () => {
    hanging = new Promise(() => undefined);
    await pass(5);
    await watch.close();
    await pass(10);
    expect(clock.pending).toBe(0);
  });

  it('knows nothing of the pace of a disk that cannot be written', async () => {
    fault = 'EROFS';
    writeMs = 5_000;
    await pass(30);
    expect(codes()).toEqual(['disk-full', 'disk-unwritable']);
  });
});
