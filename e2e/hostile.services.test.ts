import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reportFigures } from './harness/figures.ts';
import { isAlive } from './harness/proc.ts';
import { until } from './harness/until.ts';
import { ATTACKS } from './hostile/attacks/index.ts';
import { openSiege, type Siege } from './hostile/siege.ts';

const GROWTH_LIMIT_MIB = 64;
const SETTLE_MS = 15_000;
/** After these, a server has reserved what it works with: code is compiled, the heap's young generation has its size. */
const WARMING_UP = [
  'payloads of every route',
  'bodies of 10 MB, and bodies that are hard to read',
  'a flood of connections',
];
/** What the server logs about itself, not about its clients: errors and worse. */
const TROUBLE = /"level":[56]0|uncaught|unhandled/i;
const LONGER_THAN_ALL_MS = 600_000;

let siege: Siege;
let trouble: Promise<RegExpExecArray | undefined>;
let freshMib: number;
let beforeMib: number;

beforeAll(async () => {
  siege = await openSiege();
  // The log is empty of it if the process ends, or the time is over, first.
  trouble = siege.stack.sfu.line(TROUBLE, LONGER_THAN_ALL_MS).catch(() => undefined);
  freshMib = await siege.sfuMib();
  for (const warmUp of WARMING_UP) await siege.attack(warmUp);
  beforeMib = await siege.sfuMib();
  reportFigures('hostile, before', { seed: siege.seed, freshMib, beforeMib });
});

afterAll(() => siege.close());

describe('an sfu under attack', () => {
  it.each([...ATTACKS.keys()])('refuses, and goes on serving others: %s', async (name) => {
    const { outcome, delays } = await siege.attack(name);
    reportFigures(`hostile, ${name}`, {
      ...delays,
      attempts: outcome.attempts,
      sfuMemoryMib: await siege.sfuMib(),
    });
    expect(outcome.failures).toEqual([]);
    expect(delays.failures).toEqual([]);
    expect(delays.requests).toBeGreaterThan(0);
  });

  it('has kept nothing of it', async () => {
    const growthMib = async (): Promise<number> => (await siege.sfuMib()) - beforeMib;
    const isSmall = async (): Promise<boolean> => (await growthMib()) <= GROWTH_LIMIT_MIB;
    await until('memory to be given back', isSmall, { timeoutMs: SETTLE_MS, intervalMs: 500 }).catch(
      () => false,
    );
    const grownMib = await growthMib();
    reportFigures('hostile, memory', { freshMib, beforeMib, grownMib });
    expect(grownMib).toBeLessThanOrEqual(GROWTH_LIMIT_MIB);
  });

  it('is the process that it was, and has nothing to say about itself', async () => {
    const { sfu, api } = siege.stack;
    expect(await isAlive(sfu.pid)).toBe(true);
    await api('GET', '/api/v1/companies');
    await sfu.close();
    expect(await sfu.exited).toEqual({ code: 0, signal: null });
    expect((await trouble)?.input).toBeUndefined();
  });
});
