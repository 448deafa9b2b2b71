import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeRunFolder, encodeSegmentName, encodeTrackFolder, type MediaHold } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createProblems, type Problems } from '../../retention/problems.ts';
import { createHoldRegister, type HoldRegister } from '../holdRegister.ts';
import { createFakeObjectStore, type FakeObjectStore } from './fakeObjectStore.ts';
import { openLegalHolds, type LegalHolds } from './legalHolds.ts';

const START_MS = 1_700_000_000_000;
const logger = createLogger('test', 'silent');
const placeOf = (sessionId: string) => ({
  companyId: 'acme',
  userId: 'zoë',
  sessionId,
  sessionStartedAtMs: START_MS,
});
const hold = (sessionId: string, held = true): MediaHold => ({ ...placeOf(sessionId), held });
const keyOf = (sessionId: string, index: number): string => {
  const folder = `${encodeTrackFolder({ ...placeOf(sessionId), trackId: 'd1' })}/${encodeRunFolder('r1')}`;
  return `${folder}/${encodeSegmentName({ index, startMs: START_MS, durationMs: 6_000 })}`;
};
const content = Buffer.from('media');

let dir: string;
let clock: ManualClock;
let problems: Problems;
let bucket: FakeObjectStore;
let register: HoldRegister;
let holds: LegalHolds;

const open = async (): Promise<void> => {
  register = await createHoldRegister(dir, logger);
  holds = await openLegalHolds({ objects: bucket, register, problems, clock, random: () => 0, logger });
};
const restart = async (): Promise<void> => {
  await holds.close();
  await open();
  holds.start();
};
const put = (sessionId: string, index: number): Promise<void> => holds.put(keyOf(sessionId, index), content);
const locks = (): boolean[] => bucket.versions.map(({ locked }) => locked);
const codes = (): string[] => problems.list().map(({ code }) => code);
const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await what())) await new Promise((resolve) => setImmediate(resolve));
};
const untilLocks = (...wanted: boolean[]): Promise<void> =>
  until(() => JSON.stringify(locks()) === JSON.stringify(wanted));
const untilRegister = (...wanted: [string, held: boolean, settled: boolean][]): Promise<void> =>
  until(async () => {
    const found = (await register.list()).map(({ sessionId, held, settled }) => [sessionId, held, settled]);
    return JSON.stringify(found.toSorted()) === JSON.stringify(wanted);
  });

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sightline-holds-'));
  clock = createManualClock(START_MS);
  problems = createProblems({ clock, logger });
  bucket = createFakeObjectStore();
  bucket.objectLock = true;
  await open();
  holds.start();
});
afterEach(async () => {
  await holds.close();
  await rm(dir, { recursive: true });
});

describe('in a bucket with Object Lock', () => {
  it('what is held is locked, before and after it is stored, until it is released', async () => {
    await put('s1', 0);
    await put('s2', 0);
    await holds.set([hold('s1')]);
    expect(holds.isHeld(placeOf('s1'))).toBe(true);
    await untilLocks(true, false);
    await untilRegister(['s1', true, true]);
    await put('s1', 1);
    expect(locks()).toEqual([true, false, true]);
    await holds.set([hold('s1', false), hold('s2', false)]);
    await untilLocks(false, false, false);
    await untilRegister();
    expect(codes()).toEqual([]);
  });

  it('every version is locked and released, also what a later upload has replaced; manifests are not', async () => {
    await put('s1', 0);
    await holds.put(`${keyOf('s1', 0).split('/').slice(0, 6).join('/')}/manifest.jsonl`, content);
    await put('s1', 0);
    await holds.set([hold('s1')]);
    await untilLocks(true, false, true);
    await holds.set([hold('s1', false)]);
    await untilLocks(false, false, false);
  });

  it('what is stored while the hold comes is locked too', async () => {
    const storing = put('s1', 0);
    await holds.set([hold('s1')]);
    await storing;
    await untilLocks(true);
  });

  it('a restart knows what is held, and goes on with what was not done', async () => {
    await put('s1', 0);
    await holds.set([hold('s1')]);
    await untilRegister(['s1', true, true]);
    await restart();
    await put('s1', 1);
    expect(locks()).toEqual([true, true]);
    bucket.fault = 'store-unreachable';
    await holds.set([hold('s1', false)]);
    await until(() => codes().includes('hold-not-locked'));
    bucket.fault = undefined;
    await restart();
    await untilLocks(false, false);
  });

  it('it is tried again, ever later, while the store is down, and that is a problem until it is done', async () => {
    await put('s1', 0);
    bucket.fault = 'store-unreachable';
    await holds.set([hold('s1')]);
    // Half of 1, 2 and 4 s, for there is no luck in this test.
    for (const pauseMs of [500, 1_000, 2_000]) {
      await until(() => clock.pending === 1);
      expect(problems.list()).toMatchObject(
        [{ code: 'hold-not-locked', message: /1 sessions/ }].map(matching),
      );
      clock.advance(pauseMs);
    }
    await until(() => clock.pending === 1);
    bucket.fault = undefined;
    clock.advance(4_000);
    await untilLocks(true);
    await until(() => codes().length === 0);
  });

  it('what may not be locked is stored all the same, and locked when that is allowed', async () => {
    bucket.mayLock = false;
    await holds.set([hold('s1')]);
    await untilRegister(['s1', true, true]);
    await put('s1', 0);
    expect(locks()).toEqual([false]);
    await until(() => codes().includes('hold-not-locked'));
    bucket.mayLock = true;
    clock.advance(60_000);
    await untilLocks(true);
    await until(() => codes().length === 0);
  });

  it('a session that cannot have been recorded hinders no other', async () => {
    await put('s1', 0);
    await holds.set([{ ...hold('s2'), userId: '' }, hold('s1')]);
    await untilLocks(true);
    await untilRegister(['s1', true, true]);
  });

  it('the word that comes last counts', async () => {
    await put('s1', 0);
    await Promise.all([holds.set([hold('s1')]), holds.set([hold('s1', false)]), holds.set([hold('s1')])]);
    await untilRegister(['s1', true, true]);
    expect(locks()).toEqual([true]);
  });
});

describe('in a bucket without Object Lock', () => {
  it('nothing is tried, nothing is wrong, and what is held is known for the day on which it has', async () => {
    bucket.objectLock = false;
    await holds.set([hold('s1'), hold('s2')]);
    await put('s1', 0);
    await holds.set([hold('s2', false)]);
    await untilRegister(['s1', true, false]);
    expect([locks(), codes()]).toEqual([[false], []]);
    bucket.objectLock = true;
    await restart();
    await untilLocks(true);
  });
});

const matching = ({ code, message }: { code: string; message: RegExp }) => ({
  code,
  message: expect.stringMatching(message),
});
