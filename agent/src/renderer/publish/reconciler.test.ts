import { expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { createReconciler } from './reconciler.ts';

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

it('runs one pass at a time, and one more for any number of changes meanwhile', async () => {
  let running = 0;
  let passes = 0;
  const reconciler = createReconciler({
    clock: createManualClock(),
    pass: async () => {
      running += 1;
      expect(running).toBe(1);
      passes += 1;
      await Promise.resolve();
      running -= 1;
    },
    onFailure: () => undefined,
    onSuccess: () => undefined,
  });
  reconciler.poke();
  reconciler.poke();
  reconciler.poke();
  await settle();
  expect(passes).toBe(2);
});

it('tries again after a failure, and counts them until one goes through', async () => {
  const clock = createManualClock();
  const failures: number[] = [];
  let broken = true;
  const reconciler = createReconciler({
    clock,
    pass: async () => {
      if (broken) throw new Error('not yet');
    },
    onFailure: (_error, inARow) => failures.push(inARow) * 100,
    onSuccess: () => failures.push(0),
  });
  reconciler.poke();
  await settle();
  clock.advance(100);
  await settle();
  broken = false;
  clock.advance(300);
  await settle();
  expect(failures).toEqual([1, 2, 0]);
  broken = true;
  reconciler.poke();
  await settle();
  reconciler.close();
  expect(clock.pending).toBe(0);
});
