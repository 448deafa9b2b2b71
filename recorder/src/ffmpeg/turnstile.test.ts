import { describe, expect, it } from '@jest/globals';
import { createTurnstile } from './turnstile.ts';

describe('a turnstile', () => {
  it('lets so many through at a time, in order, and goes on after a failure', async () => {
    const pass = createTurnstile(2);
    const begun: number[] = [];
    let running = 0;
    const tasks = [0, 1, 2, 3, 4].map((at) =>
      pass(async () => {
        begun.push(at);
        running += 1;
        expect(running).toBeLessThanOrEqual(2);
        await Promise.resolve();
        running -= 1;
        if (at === 1) throw new Error('one fails');
        return at;
      }),
    );
    const results = await Promise.allSettled(tasks);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
  });
});
