import { beforeEach, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { memoryStorage } from '../memoryStorage.ts';
import { createMessageLog, type MessageLog } from './messageLog.ts';

let clock: ManualClock;
let storage: ReturnType<typeof memoryStorage>;
let confirmed: number[];
let online: boolean;
let errors: unknown[];

function createLog(deviceId = 'd1'): MessageLog {
  return createMessageLog({
    clock,
    storage,
    deviceId: () => deviceId,
    confirm: async (last) => {
      if (!online) throw new Error('no connection');
      confirmed.push(last);
    },
    onError: (error) => errors.push(error),
  });
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

beforeEach(() => {
  clock = createManualClock();
  storage = memoryStorage();
  confirmed = [];
  errors = [];
  online = true;
});

it('confirms many messages at once, a second after the first', async () => {
  const log = createLog();
  log.start();
  log.advance(1);
  log.advance(2);
  clock.advance(999);
  expect(confirmed).toEqual([]);
  clock.advance(1);
  await settle();
  log.advance(3);
  clock.advance(1_000);
  expect(confirmed).toEqual([2, 3]);
});

it('is known again after the page was loaded anew, to the same device only', () => {
  createLog().advance(7);
  expect(createLog().last).toBe(7);
  expect(createLog('d2').last).toBe(0);
});

it('takes what it cannot read for nothing', () => {
  storage.setItem('sightline.lastSeenMessage', '{"deviceId":');
  expect(createLog().last).toBe(0);
});

it('confirms nothing while the server is away, and what is left when it is back', async () => {
  const log = createLog();
  log.start();
  log.advance(1);
  log.stop();
  log.advance(2);
  expect(clock.pending).toBe(0);
  log.start();
  clock.advance(1_000);
  await settle();
  expect(confirmed).toEqual([2]);
});

it('tells of a confirmation that failed, and confirms with the next message', async () => {
  const log = createLog();
  log.start();
  online = false;
  log.advance(1);
  clock.advance(1_000);
  await settle();
  expect(errors).toHaveLength(1);
  online = true;
  log.advance(2);
  clock.advance(1_000);
  expect(confirmed).toEqual([2]);
});
