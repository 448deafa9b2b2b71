import { expect, it } from '@jest/globals';
import { createSilence } from './silence.ts';

it('is silence when no encoding gets packets any more, and ends with the first that does', () => {
  const { silence, scored } = createSilence();
  let flowed = 0;
  silence.onFlowing(() => (flowed += 1));
  const heard = [[], [10], [0, 7], [0, 0], [], [0], [3], [9]].map((scores) => {
    scored(scores);
    return silence.silent;
  });
  expect(heard).toEqual([false, false, false, true, true, true, false, false]);
  expect(flowed).toBe(1);
});
