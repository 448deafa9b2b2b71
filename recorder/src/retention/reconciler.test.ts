import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MANIFEST_FILE, ProtocolError, encodeSessionFolder } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { createFakeSfu } from '../control/fakeSfu.ts';
import { START_MS, createDiskBench, placeOf, type DiskBench } from './diskBench.ts';
import { readSegments, takeInventory } from './inventory.ts';
import { createProblems } from './problems.ts';
import { reconcile } from './reconciler.ts';

const logger = createLogger('test', 'silent');
const inventory = () => takeInventory(bench.dir, bench.store);

let bench: DiskBench;
beforeEach(async () => {
  bench = await createDiskBench();
});
afterEach(() => bench.remove());

describe('reconciliation', () => {
  let reported: unknown[];
  const nothing = { announceAgain: [], unknownSessions: [], missing: [] };
  const compare = async (answer: object, open: string[] = [], isHeld?: (sessionId: string) => boolean) => {
    const problems = createProblems({ clock: createManualClock(), logger });
    const announced: [string, number][] = [];
    reported = [];
    const request = createFakeSfu((_name, payload) => {
      reported.push(payload);
      if (answer instanceof ProtocolError) throw answer;
      return { ...nothing, ...answer };
    });
    await reconcile({
      takeInventory: inventory,
      request,
      isHeld: ({ sessionId }) => isHeld?.(sessionId),
      openRuns: () => Promise.resolve(new Set(open)),
      readSegments: (session, runId) => readSegments(bench.dir, bench.store, session, runId),
      announce: async (runId, segments) => void announced.push([runId, segments.length]),
      signal: new AbortController().signal,
      problems,
      logger,
    });
    return { announced, problem: problems.list()[0]?.message };
  };

  it('announces again what the record lacks, but not of a run that is not over', async () => {
    await bench.put('s1', START_MS, 2);
    const answer = { announceAgain: [{ sessionId: 's1', runId: 'run-s1' }] };
    expect(await compare(answer)).toEqual({ announced: [['run-s1', 2]], problem: undefined });
    expect(await compare(answer, ['run-s1'])).toEqual({ announced: [], problem: undefined });
  });

  it('ends without a word when nobody waits for it any more, be the sfu ever so slow', async () => {
    await bench.put('s1', START_MS, 2);
    const closing = new AbortController();
    const answer = Promise.withResolvers<never>();
    const problems = createProblems({ clock: createManualClock(), logger });
    const compared = reconcile({
      takeInventory: inventory,
      readSegments: () => Promise.resolve([]),
      isHeld: () => undefined,
      request: () => {
        closing.abort(new Error('closing'));
        return answer.promise;
      },
      openRuns: () => Promise.resolve(new Set<string>()),
      announce: () => Promise.resolve(),
      signal: closing.signal,
      problems,
      logger,
    });
    expect(await compared).toBe(false);
    expect(problems.list()).toEqual([]);
  });

  it.each([
    [
      'what is on record only',
      { missing: [{ sessionId: 's1', runId: 'gone', segments: 4 }] },
      /4 segments are on record/,
    ],
    ['what is on disk only', { unknownSessions: ['s1'] }, /1 sessions are on disk .*reindex/],
    [
      'that it could not compare',
      new ProtocolError('not-connected', 'gone'),
      /could not be compared: not-connected/,
    ],
  ])('shows %s', async (_what, answer, message) => {
    await bench.put('s1', START_MS, 1);
    expect((await compare(answer)).problem).toMatch(message);
  });

  it('says what it knows of holds, if it has a use for it', async () => {
    for (const sessionId of ['s1', 's2']) await bench.put(sessionId, START_MS, 1);
    await compare({}, [], (sessionId) => sessionId === 's1');
    expect(reported).toMatchObject([{ sessions: [{ held: true }, { held: false }] }]);
    await compare({});
    expect(JSON.stringify(reported)).not.toContain('held');
  });

  it('shows strange folders without the names of companies and users', async () => {
    const broken = encodeSessionFolder(placeOf('broken', START_MS));
    await mkdir(join(bench.dir, broken), { recursive: true });
    await writeFile(join(bench.dir, broken, MANIFEST_FILE), 'no manifest\n');
    const { problem } = await compare({});
    expect(problem).toMatch(/^1 folders/);
    expect(problem).not.toMatch(/acme|zo/);
  });

  it('shows media that is gone without a tombstone', async () => {
    await bench.put('s1', START_MS, 2, [0]);
    expect((await compare({})).problem).toMatch(/1 segments are in a manifest and not on disk/);
  });
});
