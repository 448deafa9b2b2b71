import { describe, expect, it } from '@jest/globals';
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
});
