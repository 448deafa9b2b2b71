import { expect, it } from '@jest/globals';
import { isInDiskSleep } from './processState.ts';

it('takes no process for one that waits for a disk that runs, has gone, or was never there', async () => {
  expect(await isInDiskSleep(process.pid)).toBe(false);
  expect(await isInDiskSleep(2 ** 30)).toBe(false);
  expect(await isInDiskSleep(undefined)).toBe(false);
});
