import { describe, expect, it } from '@jest/globals';
import type { RecordedRun, RecordedSession } from '@sightline/shared';
import fc from 'fast-check';
import { livePosition, nearestPicture, positionAt, wallTimeAt, type Fragment } from './mediaTimeline.ts';
import { summarise } from './summary.ts';
import { shareOf, tickTimes } from './ticks.ts';

const T0 = Date.parse('2026-03-01T12:00:00Z');

/** Two runs of two segments of 6 s each, with 30 s between them. */
const fragments: Fragment[] = [
  { startSeconds: 0, durationSeconds: 6, wallMs: T0 },
  { startSeconds: 6, durationSeconds: 6, wallMs: T0 + 6_000 },
  { startSeconds: 12, durationSeconds: 6, wallMs: T0 + 42_000 },
  { startSeconds: 18, durationSeconds: 6, wallMs: T0 + 48_000 },
];

describe('the time of a picture', () => {
  it.each([
    [0, 0],
    [7.5, 7_500],
    [12, 42_000],
    [24, 54_000],
    [99, 54_000],
    [-1, 0],
  ])('at %d s of the media is %d ms after the start', (position, wallMs) => {
    expect(wallTimeAt(fragments, position)).toBe(T0 + wallMs);
  });

  it.each([
    [0, 0],
    [7_500, 7.5],
    [-5_000, 0],
    [20_000, 12],
    [43_000, 13],
    [99_000, 23.9],
  ])('%d ms after the start is at %d s of the media', (wallMs, position) => {
    expect(positionAt(fragments, T0 + wallMs)).toBe(position);
  });

  it('leads back to its position, wherever it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 23.999, noNaN: true }), (position) => {
        const wallMs = wallTimeAt(fragments, position);
        expect(wallMs === undefined ? undefined : positionAt(fragments, wallMs)).toBeCloseTo(position, 3);
      }),
    );
  });

  it('is sought where there is a picture: not at the very end, nor before the beginning', () => {
    expect([-1, 7.5, 24, 99].map((position) => nearestPicture(fragments, position))).toEqual([
      0, 7.5, 23.9, 23.9,
    ]);
    expect(nearestPicture(fragments.slice(1), 0)).toBe(6);
    expect(nearestPicture([], 5)).toBe(0);
  });

  it('is unknown without a recording', () => {
    expect([wallTimeAt([], 1), positionAt([], T0), livePosition([])]).toEqual([undefined, undefined, 0]);
  });

  it('"live" is two segments behind the end', () => {
    expect(livePosition(fragments)).toBe(12);
    expect(livePosition(fragments.slice(0, 1))).toBe(0);
    expect(livePosition(fragments.slice(1, 2))).toBe(6);
  });
});

const run = (startedAtMs: number, recordedMs: number, endReason: RecordedRun['endReason']): RecordedRun => ({
  runId: String(startedAtMs),
  startedAtMs,
  endedAtMs: endReason === null ? null : startedAtMs + recordedMs,
  endReason,
  recordedMs,
  bytes: 1_000,
});
const runs = [run(T0, 12_000, 'recorder-lost'), run(T0 + 42_000, 12_000, null)];
const session = (endedAtMs: number | null): RecordedSession => ({
  sessionId: 's',
  companyId: 'default',
  userId: 'alice@ws',
  userName: 'alice',
  hostName: 'ws',
  startedAtMs: T0 - 500,
  endedAtMs,
  tracks: [{ trackId: 'display-1', label: 'Display 1', runs }],
});

describe('the timeline of a track', () => {
  it('has round times for labels, never too many', () => {
    const anySpan = fc.tuple(fc.integer({ min: 1, max: 86_400_000 }), fc.integer({ min: 2, max: 20 }));
    fc.assert(
      fc.property(anySpan, ([lengthMs, maxCount]) => {
        const range = { startMs: T0 + 123, endMs: T0 + 123 + lengthMs };
        const ticks = tickTimes(range, maxCount);
        expect(ticks.length).toBeLessThanOrEqual(maxCount);
        for (const tick of ticks) {
          expect(tick % 1_000).toBe(0);
          expect(shareOf(tick, range)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
    expect(tickTimes({ startMs: T0, endMs: T0 + 60_000 }, 8).map((tick) => tick - T0)).toEqual([
      0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000,
    ]);
  });
});

describe('the summary of a session', () => {
  it('adds its runs up; a running one lasts until now', () => {
    expect(summarise(session(null), T0 + 9_500)).toEqual({
      running: true,
      durationMs: 10_000,
      bytes: 2_000,
      runCount: 2,
    });
    expect(summarise(session(T0 + 500), T0 + 9_500)).toMatchObject({ running: false, durationMs: 1_000 });
  });
});
