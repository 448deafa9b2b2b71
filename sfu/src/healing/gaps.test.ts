import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RecordedStretch } from '../db/healing.ts';
import { findGaps, isUnsettled } from './gaps.ts';

const stretch = (segments: [number, number][], change: Partial<RecordedStretch> = {}): RecordedStretch => ({
  runId: 'r',
  source: 'live',
  startedAtMs: segments[0]?.[0] ?? 0,
  endedAtMs: segments.at(-1)?.[1] ?? null,
  segments: segments.map(([fromMs, toMs]) => ({ fromMs, toMs })),
  ...change,
});
const piece = { pieceId: 'p', fromMs: 10_000, toMs: 50_000 };
const session = { startedAtMs: 0, endedAtMs: null };

describe('what of a piece is missing', () => {
  it('is what no other run has of it, within its session', () => {
    const stretches = [
      stretch([
        [2_000, 8_000],
        [8_000, 12_500],
      ]),
      stretch([[45_000, 51_000]]),
    ];
    const search = { piece, session, stretches, unwanted: [] };
    expect(findGaps(search)).toEqual([{ fromMs: 12_500, toMs: 45_000 }]);
    expect(findGaps({ ...search, session: { startedAtMs: 20_000, endedAtMs: 30_000 } })).toEqual([
      { fromMs: 20_000, toMs: 30_000 },
    ]);
    expect(findGaps({ ...search, unwanted: [{ fromMs: 20_000, toMs: 25_000 }] })).toEqual([
      { fromMs: 12_500, toMs: 20_000 },
      { fromMs: 25_000, toMs: 45_000 },
    ]);
  });

  it('stays the same while its own segments come in', () => {
    const own = stretch([[10_000, 16_000]], { runId: 'p', source: 'healed' });
    expect(findGaps({ piece, session, stretches: [own], unwanted: [] })).toEqual([
      { fromMs: 10_000, toMs: 50_000 },
    ]);
  });

  it('is nothing within the precision of a cut', () => {
    const stretches = [stretch([[0, 10_901]]), stretch([[11_000, 49_950]])];
    expect(findGaps({ piece, session, stretches, unwanted: [] })).toEqual([]);
  });

  it('never overlaps what is recorded, and together with it makes the piece whole', () => {
    const span = fc.tuple(fc.nat(60_000), fc.integer({ min: 1, max: 9_000 }));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 12 }), (spans) => {
        const stretches = spans.map(([fromMs, lengthMs]) => stretch([[fromMs, fromMs + lengthMs]]));
        const gaps = findGaps({ piece, session, stretches, unwanted: [] });
        const covers = (list: { fromMs: number; toMs: number }[], at: number) =>
          list.some(({ fromMs, toMs }) => fromMs <= at && at < toMs);
        const recorded = stretches.flatMap(({ segments }) => [...segments]);
        let bareMs = 0;
        for (let at = piece.fromMs; at < piece.toMs; at += 10) {
          if (covers(gaps, at) && covers(recorded, at)) return false;
          bareMs = covers(gaps, at) || covers(recorded, at) ? 0 : bareMs + 10;
          if (bareMs > 100) return false;
        }
        return true;
      }),
    );
  });
});

describe('what is missing', () => {
  const flowing = (segments: [number, number][]) =>
    stretch(segments, { startedAtMs: 40_000, endedAtMs: null });
  it.each([
    ['while a live run has not announced all that touches the piece', [flowing([])], true],
    ['while only a part of it is announced', [flowing([[40_000, 46_000]])], true],
    ['no more once it is', [flowing([[40_000, 50_000]])], false],
    ['no more once the run has ended', [stretch([[40_000, 46_000]])], false],
    ['not for a run that began later', [stretch([], { startedAtMs: 50_000, endedAtMs: null })], false],
    ['not for what was healed', [stretch([], { source: 'healed', endedAtMs: null })], false],
  ])('is not known %s', (_when, stretches, unsettled) => {
    expect(isUnsettled({ piece, stretches })).toBe(unsettled);
  });
});
