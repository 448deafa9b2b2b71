import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildLedger, type LedgerSegment, type TrackRecord } from './buildLedger.ts';
import { MISSING_REASONS, type Interval, type LedgerSpan } from './ledger.ts';

const SESSION = { fromMs: 0, toMs: 100_000 };
const nothing: TrackRecord = { segments: [], runs: [], interruptions: [], awaited: [] };

const segment = (fromMs: number, toMs: number, change: Partial<LedgerSegment> = {}): LedgerSegment => ({
  runId: 'r1',
  startMs: fromMs,
  durationMs: toMs - fromMs,
  holes: [],
  source: 'live',
  deleted: false,
  ...change,
});
const run = (
  runId: string,
  startedAtMs: number,
  endedAtMs: number | null,
  endReason: TrackRecord['runs'][number]['endReason'] = null,
) => ({ runId, startedAtMs, endedAtMs, endReason });
const ledger = (track: Partial<TrackRecord>, session = SESSION): string[] =>
  buildLedger(session, { ...nothing, ...track }).map(shown);
const shown = (span: LedgerSpan): string =>
  `${span.fromMs}-${span.toMs} ${span.state === 'recorded' ? span.source : span.reason}`;

describe('coverage ledger', () => {
  it('says of a session that was recorded throughout what lies before its first picture, and after its last', () => {
    expect(
      ledger({
        segments: [segment(800, 7_000), segment(7_000, 99_700)],
        runs: [run('r1', 300, 99_950, 'stopped')],
      }),
    ).toEqual(['0-800 starting', '800-99700 live', '99700-100000 not-shared']);
  });

  it('counts what two runs have both recorded once', () => {
    const segments = [segment(0, 60_000), segment(50_000, 100_000, { runId: 'r2' })];
    expect(ledger({ segments })).toEqual(['0-100000 live']);
  });

  it('takes three frames between segments of a run for rounding, and between runs for a hole', () => {
    const ofOneRun = [segment(0, 50_000), segment(50_100, 100_000)];
    expect(ledger({ segments: ofOneRun })).toEqual(['0-100000 live']);
    const ofTwo = [segment(0, 50_000), segment(50_100, 100_000, { runId: 'r2' })];
    expect(ledger({ segments: ofTwo, runs: [run('r1', 0, 50_010, 'recorder-lost')] })).toEqual([
      '0-50000 live',
      '50000-50100 recorder-restart',
      '50100-100000 live',
    ]);
  });

  it('lets nobody explain a hole inside of a run with what came later', () => {
    const segments = [segment(0, 50_000), segment(53_000, 90_000)];
    expect(ledger({ segments, runs: [run('r1', 0, 95_000, 'stalled')] })).toEqual([
      '0-50000 live',
      '50000-53000 unknown',
      '53000-90000 live',
      '90000-100000 stalled',
    ]);
  });

  it('knows packets that were lost, and what the agent recorded of that time', () => {
    const lossy = segment(0, 100_000, { holes: [{ fromMs: 10_000, toMs: 14_000 }] });
    const healed = segment(11_000, 20_000, { runId: 'p1', source: 'healed' });
    expect(ledger({ segments: [lossy, healed] })).toEqual([
      '0-10000 live',
      '10000-11000 packet-loss',
      '11000-14000 healed',
      '14000-100000 live',
    ]);
  });

  it('divides a hole at its interruptions, and counts what is left next to one as a part of it', () => {
    const segments = [segment(0, 20_000), segment(60_000, 100_000, { runId: 'r2' })];
    const runs = [run('r1', 0, 28_000, 'silent')];
    const interruptions = [
      { reason: 'reconnecting' as const, fromMs: 29_500, toMs: 40_000 },
      { reason: 'sleep-or-lock' as const, fromMs: 35_000, toMs: 50_000 },
    ];
    expect(ledger({ segments, runs, interruptions })).toEqual([
      '0-20000 live',
      '20000-35000 reconnecting',
      '35000-60000 sleep-or-lock',
      '60000-100000 live',
    ]);
  });

  it('does not divide a hole where a part of it was healed: the reason of the rest stays', () => {
    const live = [segment(0, 20_000), segment(60_000, 100_000, { runId: 'r2' })];
    const interruptions = [{ reason: 'reconnecting' as const, fromMs: 29_500, toMs: 60_000 }];
    const healed = segment(21_000, 59_000, { runId: 'p1', source: 'healed' });
    expect(ledger({ segments: [...live, healed], interruptions })).toEqual([
      '0-20000 live',
      '20000-21000 reconnecting',
      '21000-59000 healed',
      '59000-60000 reconnecting',
      '60000-100000 live',
    ]);
    const awaited = [{ fromMs: 21_000, toMs: 59_000 }];
    expect(ledger({ segments: live, interruptions, awaited })).toContain('21000-59000 awaiting-upload');
  });

  it('says of deleted media that it was deleted, unless the time was recorded once more', () => {
    const segments = [
      segment(0, 60_000, { deleted: true }),
      segment(50_000, 70_000, { runId: 'p1', source: 'healed' }),
      segment(60_000, 100_000),
    ];
    expect(ledger({ segments })).toEqual(['0-50000 deleted', '50000-60000 healed', '60000-100000 live']);
  });

  it.each([
    ['stalled', 'stalled'],
    ['silent', 'stalled'],
    ['ffmpeg-exited', 'recorder-restart'],
    ['recorder-lost', 'recorder-restart'],
    ['start-failed', 'recorder-restart'],
    ['worker-died', 'worker-restart'],
    ['disk-full', 'disk-full'],
    ['stopped', 'not-shared'],
  ] as const)('explains what follows a run that ended %s as %s, for a minute', (endReason, reason) => {
    const session = { fromMs: 0, toMs: 200_000 };
    const track = { segments: [segment(0, 20_000)], runs: [run('r1', 0, 21_000, endReason)] };
    expect(ledger(track, session)).toEqual(['0-20000 live', `20000-81000 ${reason}`, '81000-200000 unknown']);
  });

  it('does not call it a beginning when nothing comes for more than half a minute', () => {
    expect(ledger({ segments: [segment(30_001, 100_000)] })).toEqual([
      '0-30001 unknown',
      '30001-100000 live',
    ]);
    const interruptions = [{ reason: 'not-shared' as const, fromMs: 0, toMs: 30_000 }];
    expect(ledger({ segments: [segment(30_500, 100_000)], interruptions })).toEqual([
      '0-30500 not-shared',
      '30500-100000 live',
    ]);
  });

  it('goes on explaining with an interruption that lasts', () => {
    const interruptions = [{ reason: 'paused-by-user' as const, fromMs: 40_000, toMs: null }];
    expect(ledger({ segments: [segment(0, 40_200)], interruptions })).toEqual([
      '0-40200 live',
      '40200-100000 paused-by-user',
    ]);
  });

  it('of a session without length is empty', () => {
    expect(ledger({ segments: [segment(0, 10)] }, { fromMs: 5, toMs: 5 })).toEqual([]);
  });
});

describe('every ledger', () => {
  const LENGTH_MS = 400;
  const moment = fc.integer({ min: -50, max: LENGTH_MS + 50 });
  const interval = fc
    .tuple(moment, fc.integer({ min: 0, max: 200 }))
    .map(([fromMs, lengthMs]): Interval => ({ fromMs, toMs: fromMs + lengthMs }));
  const runId = fc.constantFrom('r1', 'r2', 'r3');
  const anySegment = fc
    .record({
      runId,
      at: interval,
      holes: fc.array(interval, { maxLength: 2 }),
      deleted: fc.boolean(),
      source: fc.constantFrom('live' as const, 'healed' as const),
    })
    .map(({ at, runId: ofRun, ...rest }) =>
      segment(at.fromMs, at.toMs, { ...rest, runId: rest.source === 'healed' ? `healed ${ofRun}` : ofRun }),
    );
  const anyRun = fc
    .record({
      runId,
      at: interval,
      endReason: fc.constantFrom('stopped', 'silent', 'stalled', 'recorder-lost', 'worker-died', null),
    })
    .map(({ at, endReason, runId: id }) =>
      run(id, at.fromMs, endReason === null ? null : at.toMs, endReason),
    );
  const anyTrack = fc.record({
    segments: fc.array(anySegment, { maxLength: 8 }),
    runs: fc.array(anyRun, { maxLength: 4 }),
    interruptions: fc.array(
      fc
        .record({ reason: fc.constantFrom(...MISSING_REASONS), at: interval, lasts: fc.boolean() })
        .map(({ reason, at, lasts }) => ({ reason, fromMs: at.fromMs, toMs: lasts ? null : at.toMs })),
      { maxLength: 4 },
    ),
    awaited: fc.array(interval, { maxLength: 3 }),
  });
  const session = { fromMs: 0, toMs: LENGTH_MS };
  const kindAt = (spans: readonly LedgerSpan[], atMs: number): string => {
    const span = spans.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
    return span === undefined ? 'nothing' : span.state === 'recorded' ? span.source : span.reason;
  };
  const covers = ({ fromMs, toMs }: Interval, atMs: number): boolean => fromMs <= atMs && atMs < toMs;
  const shows = ({ startMs, durationMs, holes }: LedgerSegment, atMs: number): boolean =>
    covers({ fromMs: startMs, toMs: startMs + durationMs }, atMs) &&
    !holes.some((hole) => covers(hole, atMs));
  const moments = Array.from({ length: LENGTH_MS }, (_, atMs) => atMs);

  it('divides the session without overlap or rest, into spans of which no two neighbours are of a kind', () => {
    fc.assert(
      fc.property(anyTrack, (track) => {
        const spans = buildLedger(session, track);
        expect(spans.at(0)?.fromMs).toBe(0);
        expect(spans.at(-1)?.toMs).toBe(LENGTH_MS);
        for (const [at, span] of spans.entries()) {
          expect(span.toMs).toBeGreaterThan(span.fromMs);
          const next = spans[at + 1];
          if (next === undefined) continue;
          expect(next.fromMs).toBe(span.toMs);
          expect(kindAt(spans, next.fromMs)).not.toBe(kindAt(spans, span.fromMs));
        }
      }),
    );
  });

  it('is recorded where media is, and nowhere else but for rounding inside of a run', () => {
    fc.assert(
      fc.property(anyTrack, (track) => {
        const spans = buildLedger(session, track);
        const present = track.segments.filter(({ deleted }) => !deleted);
        for (const atMs of moments) {
          const kind = kindAt(spans, atMs);
          if (present.some((shown) => shows(shown, atMs))) expect(['live', 'healed']).toContain(kind);
          else if (kind === 'live' || kind === 'healed') {
            const isRounding = present.some(
              ({ runId: ofRun, source, startMs, durationMs }) =>
                atMs >= startMs + durationMs &&
                atMs < startMs + durationMs + 100 &&
                track.segments.some(
                  (next) =>
                    next.runId === ofRun &&
                    next.source === source &&
                    next.startMs > atMs &&
                    next.startMs <= startMs + durationMs + 100,
                ),
            );
            expect(isRounding).toBe(true);
          }
        }
      }),
    );
  });

  it('is the same whatever the order of what it is made of, and however often something is said', () => {
    const shuffled = <Item>(items: readonly Item[]) =>
      fc.shuffledSubarray([...items, ...items], { minLength: items.length * 2 });
    fc.assert(
      fc.property(
        anyTrack.chain((track) =>
          fc.record({
            track: fc.constant(track),
            other: fc.record({
              segments: shuffled(track.segments),
              runs: shuffled(track.runs),
              interruptions: shuffled(track.interruptions),
              awaited: shuffled(track.awaited),
            }),
          }),
        ),
        ({ track, other }) => {
          expect(buildLedger(session, other)).toEqual(buildLedger(session, track));
        },
      ),
    );
  });

  it('loses no recorded moment by more media, and gives live media no other source', () => {
    const more = anySegment.map((added) => ({ ...added, holes: [], deleted: false }));
    fc.assert(
      fc.property(anyTrack, more, (track, added) => {
        const before = buildLedger(session, track);
        const after = buildLedger(session, { ...track, segments: [...track.segments, added] });
        for (const atMs of moments) {
          const kind = kindAt(before, atMs);
          if (kind === 'live') expect(kindAt(after, atMs)).toBe('live');
          if (kind === 'healed') expect(['live', 'healed']).toContain(kindAt(after, atMs));
        }
      }),
    );
  });

  it('changes no reason but by media, and by what is awaited', () => {
    fc.assert(
      fc.property(anyTrack, interval, (track, awaited) => {
        const healed = segment(awaited.fromMs, awaited.toMs, { runId: 'piece', source: 'healed' });
        const before = buildLedger(session, track);
        const after = buildLedger(session, { ...track, segments: [...track.segments, healed] });
        for (const atMs of moments)
          if (!covers(awaited, atMs)) expect(kindAt(after, atMs)).toBe(kindAt(before, atMs));
      }),
    );
  });
});
