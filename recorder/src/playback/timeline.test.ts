import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fakeRun } from './fakeTrack.ts';
import type { RecordedRun, RecordedTrack } from './recordedTrack.ts';
import { layOut, touches, type TimelineOptions } from './timeline.ts';

const LATER = { asOfMs: Number.MAX_SAFE_INTEGER };
const GAPLESS_MS = 30_000;

const trackOf = (...runs: RecordedRun[]): RecordedTrack => ({ folder: 't', runs, closed: false });
const shown = (tracks: readonly RecordedTrack[], options: TimelineOptions = LATER): string[] =>
  layOut(tracks, options, GAPLESS_MS).map(
    ({ runFolder, name, discontinuous }) => `${discontinuous ? '| ' : ''}${runFolder}/${name.index}`,
  );

describe('the timeline of tracks', () => {
  it('puts sessions and runs in order of wall time, with a discontinuity between them', () => {
    const monday = trackOf(fakeRun('late', 50_000, [1_000]), fakeRun('early', 1_000, [1_000, 1_000]));
    const tuesday = trackOf(fakeRun('next', 90_000, [1_000]));
    expect(shown([tuesday, monday])).toEqual(['early/0', 'early/1', '| late/0', '| next/0']);
  });

  it('keeps what touches the range, and nothing else', () => {
    const track = trackOf(fakeRun('r', 0, [1_000, 1_000, 1_000, 1_000]));
    expect(shown([track], { ...LATER, range: { fromMs: 1_999, toMs: 3_000 } })).toEqual(['r/1', 'r/2']);
    expect(shown([track], { ...LATER, range: { fromMs: 4_000, toMs: 9_000 } })).toEqual([]);
  });

  it('puts what was healed where it belongs', () => {
    const live = fakeRun('live', 0, [5_000]);
    const after = fakeRun('after', 15_000, [5_000]);
    const healed = fakeRun('healed', 5_000, [5_000, 5_000], { source: 'healed' });
    expect(shown([trackOf(healed, after, live)])).toEqual(['live/0', '| healed/0', 'healed/1', '| after/0']);
  });

  it('shows what was healed instead of the lost end of a live segment', () => {
    const run = fakeRun('live', 0, [9_000, 5_000]);
    const segments = run.segments.map((one) => (one.index === 0 ? { ...one, mediaEndMs: 2_000 } : one));
    const live = { ...run, segments };
    const healed = fakeRun('healed', 2_000, [4_000, 3_000], { source: 'healed' });
    expect(shown([trackOf(live)])).toEqual(['live/0', 'live/1']);
    expect(shown([trackOf(live, healed)])).toEqual(['live/0', '| healed/0', 'healed/1', '| live/1']);
    const shownMs = (...runs: RecordedRun[]): number[] =>
      layOut([trackOf(...runs)], LATER, GAPLESS_MS).map((segment) => segment.shownMs);
    expect(shownMs(live)).toEqual([9_000, 5_000]);
    expect(shownMs(live, healed)).toEqual([2_000, 4_000, 3_000, 5_000]);
  });

  it('lets live media win where healed media overlaps it', () => {
    const live = fakeRun('live', 0, [5_000, 5_000]);
    const covered = fakeRun('covered', 1_000, [4_000, 5_100], { source: 'healed' });
    const beyond = fakeRun('beyond', 9_000, [4_000], { source: 'healed' });
    expect(shown([trackOf(live, covered, beyond)])).toEqual(['live/0', 'live/1', '| beyond/0']);
  });

  it('shows once what two runs have', () => {
    const one = fakeRun('one', 0, [5_000, 5_000]);
    const two = fakeRun('two', 4_000, [5_000, 5_000]);
    expect(shown([trackOf(one, two)])).toEqual(['one/0', '| two/0', '| one/1', '| two/1']);
    expect(shown([trackOf(one, fakeRun('inside', 6_000, [3_000]))])).toEqual(['one/0', 'one/1']);
  });

  it('keeps segments that are short by nature', () => {
    expect(shown([trackOf(fakeRun('r', 0, [6_000, 40, 0]))])).toEqual(['r/0', 'r/1', 'r/2']);
  });

  it('leaves out what was deleted, with a discontinuity', () => {
    const run = fakeRun('r', 0, [1_000, 1_000, 1_000]);
    const pruned = {
      ...run,
      segments: run.segments.map((segment) =>
        segment.index === 1 ? { ...segment, deletedAtMs: 7_000 } : segment,
      ),
    };
    expect(shown([trackOf(pruned)])).toEqual(['r/0', '| r/2']);
    expect(shown([trackOf(pruned)], { asOfMs: 6_999 })).toEqual(['r/0', 'r/1', 'r/2']);
  });

  it('begins anew behind a silence', () => {
    expect(shown([trackOf(fakeRun('r', 0, [6_000, 70_000, 6_000]))])).toEqual(['r/0', 'r/1', '| r/2']);
  });

  it('only ever grows at its end while it is played, whatever is healed meanwhile', () => {
    const durations = fc.array(fc.integer({ min: 1, max: 90_000 }), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(durations, { maxLength: 5 }), fc.array(fc.nat(200_000)), (plan, healedAt) => {
        let atMs = 0;
        const runs = plan.map((durationsMs, at) => {
          const made = fakeRun(`r${at}`, atMs, durationsMs);
          atMs += durationsMs.reduce((sum, ms) => sum + ms, 0) + 1_000;
          return made;
        });
        const healed = healedAt.map((startMs, at) =>
          fakeRun(`h${at}`, startMs, [3_000], { source: 'healed', addedAtMs: 10 }),
        );
        let before: string[] = [];
        for (const [at, run] of runs.entries()) {
          for (let count = 0; count <= run.segments.length; count += 1) {
            const known = [...runs.slice(0, at), { ...run, segments: run.segments.slice(0, count) }];
            const now = shown([trackOf(...known, ...healed)], { asOfMs: 9 });
            expect(now.slice(0, before.length)).toEqual(before);
            before = now;
          }
        }
      }),
    );
  });

  it('shows every moment of the range that is on record', () => {
    const plans = fc.array(
      fc.tuple(
        fc.nat(60_000),
        fc.array(fc.integer({ min: 600, max: 9_000 }), { maxLength: 5 }),
        fc.boolean(),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(plans, fc.nat(60_000), fc.nat(60_000), (plan, fromMs, lengthMs) => {
        const runs = plan.map(([startMs, durationsMs, healed], at) =>
          fakeRun(`r${at}`, startMs, durationsMs, { source: healed ? 'healed' : 'live' }),
        );
        const range = { fromMs, toMs: fromMs + lengthMs };
        const timeline = layOut([trackOf(...runs)], { ...LATER, range }, GAPLESS_MS);
        const starts = timeline.map(({ name }) => name.startMs);
        expect(starts).toEqual(starts.toSorted((a, b) => a - b));
        const isShown = (atMs: number): boolean =>
          timeline.some(
            ({ name }) => name.startMs - 250 <= atMs && atMs <= name.startMs + name.durationMs + 250,
          );
        for (const { startMs, durationMs } of runs.flatMap(({ segments }) => segments)) {
          const middleMs = startMs + durationMs / 2;
          if (touches({ startMs: middleMs, durationMs: 0 }, range)) expect(isShown(middleMs)).toBe(true);
        }
      }),
    );
  });
});
