import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_HASH, type Segment } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createOutbox } from '../control/outbox.ts';
import { anOpenRun } from '../store/anOpenRun.ts';
import { createOpenRuns, type OpenRun, type OpenRuns } from '../store/openRuns.ts';
import { createCaretaker, type Caretaker } from './caretaker.ts';

const RETRY_MS = 30_000;
const segment: Segment = { index: 0, startMs: 1, durationMs: 1, bytes: 1, sha256: NO_HASH, holes: [] };

describe('the caretaker', () => {
  let dir: string;
  let clock: ManualClock;
  let openRuns: OpenRuns;
  let caretaker: Caretaker;
  let failing: Set<string>;
  let announced: string[];
  let done: () => void;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-caretaker-'));
    clock = createManualClock(1);
    openRuns = await createOpenRuns(dir, createLogger('test', 'silent'));
    failing = new Set();
    announced = [];
    done = () => undefined;
    const logger = createLogger('test', 'silent');
    const outbox = createOutbox<Segment>({
      what: 'a segment',
      send: async (runId) => void announced.push(runId),
      onDone: async (runId) => {
        await openRuns.remove(runId);
        done();
      },
      clock,
      logger,
    });
    outbox.resume();
    const adopt = async ({ runId }: OpenRun): Promise<Segment[]> => {
      if (failing.has(runId)) throw new Error('no space');
      return [segment];
    };
    caretaker = createCaretaker({ openRuns, adopt, outbox, clock, logger });
    for (const runId of ['a', 'b']) await openRuns.put(anOpenRun({ runId }));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const left = async (): Promise<string[]> => (await openRuns.list()).map(({ runId }) => runId);

  it('adopts what was left, announces it, and lets go of it when it is acknowledged', async () => {
    await caretaker.adoptAll(await openRuns.list());
    expect(announced.sort()).toEqual(['a', 'b']);
    expect(await left()).toEqual([]);
  });

  it('lets one that fails hold up nobody, and tries it again until it succeeds', async () => {
    failing.add('a');
    await caretaker.adoptAll(await openRuns.list());
    expect(announced).toEqual(['b']);
    expect(await left()).toEqual(['a']);
    failing.clear();
    const adopted = new Promise<void>((resolve) => (done = resolve));
    clock.advance(RETRY_MS);
    await adopted;
    expect(announced).toEqual(['b', 'a']);
    expect(clock.pending).toBe(0);
  });

  it('adopts one whose end could not be written, and knows when there is nothing to do', async () => {
    await caretaker.adopt('a');
    await caretaker.adopt('nobody');
    expect(await left()).toEqual(['b']);
  });

  it('tries nothing any more when it is closed', async () => {
    failing.add('a');
    await caretaker.adopt('a');
    caretaker.close();
    expect(clock.pending).toBe(0);
  });

  it('leaves the rest to the next start when it is closed meanwhile', async () => {
    const adopting = caretaker.adoptAll(await openRuns.list());
    caretaker.close();
    await adopting;
    expect([announced.length, (await left()).length]).toEqual([1, 1]);
  });
});
