import { expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { anOpenRun } from '../store/anOpenRun.ts';
import type { OpenRun } from '../store/openRuns.ts';
import { enterRun, type RunEntry } from './runEntry.ts';

const run = anOpenRun();

function enter(put: (run: OpenRun) => Promise<void>): Promise<RunEntry> {
  return enterRun(run, { openRuns: { put }, logger: createLogger('test', 'silent') });
}

it('says from which part on something is lost that the manifest does not have, and writes only what changes', async () => {
  const puts: OpenRun[] = [];
  const entry = await enter(async (one) => void puts.push(one));
  await entry.lost(3);
  await entry.lost(4);
  await entry.anchor(5);
  await entry.lost(2);
  entry.closed(2);
  entry.closed(4);
  entry.closed(undefined);
  await entry.lost(7);
  expect(puts).toEqual([
    run,
    { ...run, lostFrom: 3 },
    { ...run, lostFrom: 3, anchorMs: 5 },
    { ...run, lostFrom: 2, anchorMs: 5 },
    { ...run, lostFrom: 4, anchorMs: 5 },
    { ...run, anchorMs: 5 },
    { ...run, lostFrom: 7, anchorMs: 5 },
  ]);
});

it('writes one thing after the other, and goes on after a failure', async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  const puts: (number | undefined)[] = [];
  const entry = await enter(({ lostFrom }) => {
    puts.push(lostFrom);
    return lostFrom === 1 ? promise : Promise.resolve();
  });
  const failing = entry.lost(1);
  const next = entry.lost(0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(puts).toEqual([undefined, 1]);
  reject(new Error('no space'));
  await failing;
  await next;
  expect(puts).toEqual([undefined, 1, 0]);
});
