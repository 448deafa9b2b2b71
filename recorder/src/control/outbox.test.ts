import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NO_HASH, ProtocolError, type Segment } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { createOutbox } from './outbox.ts';

const segment = (index: number): Segment => ({
  index,
  startMs: index,
  durationMs: 1,
  bytes: 1,
  sha256: NO_HASH,
  holes: [],
});
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

type Answer = 'ok' | 'timeout' | 'internal';

const MINUTE_MS = 60_000;
/** One retry in 5 s; at the edge of a minute there may be one more. */
const RETRIES_PER_MINUTE = 13;

function createBench(answer: (index: number) => Error | undefined) {
  const clock = createManualClock();
  const sent: string[] = [];
  const done: string[] = [];
  const outbox = createOutbox<Segment>({
    what: 'a segment',
    send: async (runId, { index }) => {
      sent.push(`${runId}/${index}`);
      const error = answer(index);
      if (error !== undefined) throw error;
    },
    onDone: async (runId) => {
      done.push(runId);
    },
    clock,
    logger: createLogger('test', 'silent'),
  });
  return { outbox, clock, sent, done };
}

describe('announcements', () => {
  it('wait for the sfu, then go out in order, and a run is done when all are acknowledged', async () => {
    const { outbox, sent, done } = createBench(() => undefined);
    outbox.announce('a', segment(0));
    outbox.announce('a', segment(1));
    await outbox.flush('a');
    expect(sent).toEqual([]);
    outbox.resume();
    await settled();
    expect(sent).toEqual(['a/0', 'a/1']);
    expect(done).toEqual(['a']);
  });

  it.each(['timeout', 'internal'] as const)(
    'are repeated after %s, before those that follow',
    async (code) => {
      let failures = 1;
      const { outbox, clock, sent } = createBench(() =>
        failures-- > 0 ? new ProtocolError(code, 'slow') : undefined,
      );
      outbox.resume();
      outbox.announce('a', segment(0));
      outbox.announce('a', segment(1));
      await settled();
      expect(sent[0]).toBe('a/0');
      clock.advance(5_000);
      await settled();
      expect(sent.slice(-2)).toEqual(['a/0', 'a/1']);
    },
  );

  it('are given up if the sfu does not know the run', async () => {
    const { outbox, sent, done } = createBench(() => new ProtocolError('unknown-run', 'who?'));
    outbox.resume();
    outbox.announce('a', segment(0));
    await outbox.flush('a');
    expect(sent).toEqual(['a/0']);
    expect(done).toEqual(['a']);
  });

  it('hold up nobody once the sfu is gone, and go out when it is back', async () => {
    let gone = true;
    const { outbox, clock, done } = createBench(() =>
      gone ? new ProtocolError('not-connected', 'gone') : undefined,
    );
    outbox.resume();
    outbox.announce('a', segment(0));
    const flushed = outbox.flush('a');
    outbox.pause();
    await flushed;
    await settled();
    expect(done).toEqual([]);
    gone = false;
    outbox.resume();
    await settled();
    expect(done).toEqual(['a']);
    clock.advance(60_000);
    await settled();
    expect(done).toEqual(['a']);
  });

  it('of a subject that was complete go on if more is expected after all', async () => {
    const { outbox, sent, done } = createBench(() => undefined);
    outbox.announce('a', segment(0));
    await outbox.flush('a');
    outbox.expect('a');
    outbox.resume();
    await settled();
    expect(sent).toEqual(['a/0']);
    expect(done).toEqual([]);
    outbox.announce('a', segment(1));
    await outbox.flush('a');
    expect(done).toEqual(['a']);
    await outbox.drain();
  });

  it('are sent again if it could not be noted that they were, and a run is done later if not now', async () => {
    const clock = createManualClock();
    const noted: number[] = [];
    let failures = 1;
    let done = 0;
    const failOnce = (): void => {
      if (failures-- > 0) throw new Error('EIO');
    };
    const outbox = createOutbox<Segment>({
      what: 'a segment',
      send: () => Promise.resolve(),
      onSent: async (_runId, { index }) => {
        failOnce();
        noted.push(index);
      },
      onDone: async () => {
        failOnce();
        done += 1;
      },
      clock,
      logger: createLogger('test', 'silent'),
    });
    outbox.resume();
    for (const index of [0, 1]) outbox.announce('a', segment(index));
    await settled();
    expect(noted).toEqual([]);
    clock.advance(5_000);
    await settled();
    expect(noted).toEqual([0, 1]);
    failures = 1;
    await outbox.flush('a');
    expect(done).toBe(0);
    clock.advance(5_000);
    await settled();
    expect(done).toBe(1);
  });

  it('are not repeated more often because there is more and more to announce', async () => {
    const { outbox, clock, sent } = createBench(() => new ProtocolError('internal', 'broken'));
    outbox.resume();
    const runs = ['a', 'b', 'c'];
    for (let at = 0; at < 100; at += 1) {
      for (const run of runs) outbox.announce(run, segment(at));
      await settled();
      clock.advance(6_000);
    }
    await settled();
    expect(sent.length).toBeLessThanOrEqual(10 * RETRIES_PER_MINUTE + runs.length);
    expect(clock.pending).toBe(1);
  });

  it('of one run that is never taken hold up no other', async () => {
    const { outbox, clock, done } = createBench((index) =>
      index === 7 ? new ProtocolError('internal', 'broken') : undefined,
    );
    outbox.announce('a', segment(7));
    for (const run of ['b', 'c', 'd']) outbox.announce(run, segment(0));
    for (const run of ['a', 'b', 'c', 'd']) void outbox.flush(run);
    outbox.resume();
    for (let second = 0; second < 15; second += 1) {
      await settled();
      clock.advance(1_000);
    }
    expect(done).toEqual(['b', 'c', 'd']);
  });

  it('that tell of a state are told once where several wait', async () => {
    const clock = createManualClock();
    const sent: number[] = [];
    const outbox = createOutbox<number>({
      what: 'a state',
      send: async (_name, state) => void sent.push(state),
      onDone: () => Promise.resolve(),
      newestOnly: true,
      clock,
      logger: createLogger('test', 'silent'),
    });
    for (const state of [1, 2, 3]) outbox.announce('a', state);
    outbox.resume();
    for (const state of [4, 5]) outbox.announce('a', state);
    await settled();
    expect(sent).toEqual([3, 5]);
  });

  it('fail in bounded number a minute, and all arrive in the end, in order, whatever the sfu answers', async () => {
    const runs = ['a', 'b', 'c', 'd'];
    const step = fc.record({
      announce: fc.subarray(runs),
      answers: fc.array(fc.constantFrom<Answer>('ok', 'timeout', 'internal'), { maxLength: 6 }),
      reconnects: fc.boolean(),
      waitMs: fc.constantFrom(0, 100, 1_000, 5_000, 20_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const answers: Answer[] = [];
        const arrived: { atMs: number; run: string; index: number }[] = [];
        const failedAtMs: number[] = [];
        const reconnectedAtMs: number[] = [];
        let lastAnswer: Answer = 'internal';
        const clock = createManualClock();
        const outbox = createOutbox<Segment>({
          what: 'a segment',
          send: async (run, { index }) => {
            const answer = answers.shift() ?? lastAnswer;
            if (answer === 'ok') arrived.push({ atMs: clock.nowMs(), run, index });
            else {
              failedAtMs.push(clock.nowMs());
              throw new ProtocolError(answer, 'no');
            }
          },
          onDone: () => Promise.resolve(),
          clock,
          logger: createLogger('test', 'silent'),
        });
        outbox.resume();
        const expected: string[] = [];
        for (const [index, { announce, reconnects, waitMs, ...given }] of steps.entries()) {
          answers.splice(0, answers.length, ...given.answers);
          for (const run of announce) {
            outbox.announce(run, segment(index));
            expected.push(`${run}/${index}`);
          }
          if (reconnects) {
            outbox.pause();
            outbox.resume();
            reconnectedAtMs.push(clock.nowMs());
          }
          await settled();
          clock.advance(waitMs);
          await settled();
        }
        for (const fromMs of failedAtMs) {
          const within = (atMs: number): boolean => atMs >= fromMs && atMs < fromMs + MINUTE_MS;
          const allowed =
            RETRIES_PER_MINUTE +
            runs.length +
            reconnectedAtMs.filter(within).length +
            arrived.filter(({ atMs }) => within(atMs)).length;
          expect(failedAtMs.filter(within).length).toBeLessThanOrEqual(allowed);
        }
        lastAnswer = 'ok';
        answers.length = 0;
        for (let round = 0; round < runs.length + 1; round += 1) {
          clock.advance(5_000);
          await settled();
        }
        const inOrder = runs.map((run) => arrived.filter((one) => one.run === run).map(({ index }) => index));
        expect(arrived.map(({ run, index }) => `${run}/${index}`).toSorted()).toEqual(expected.toSorted());
        expect(inOrder).toEqual(inOrder.map((indexes) => indexes.toSorted((a, b) => a - b)));
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
