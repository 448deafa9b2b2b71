import { describe, expect, it } from '@jest/globals';
import type { Hold, HoldTarget, Retention } from '@sightline/shared';
import fc from 'fast-check';
import type { CompanyToPrune, SessionToKeep } from '../db/deletions.ts';
import { isHeld } from './holdCover.ts';
import { planDeletions } from './plan.ts';

const NOW_MS = 1_000_000_000;
const HOUR_MS = 3_600_000;
const KEEP: Retention = { maxAgeMs: null, maxBytes: null, minAgeMs: 0 };

const session = (sessionId: string, change: Partial<SessionToKeep> = {}): SessionToKeep => ({
  sessionId,
  companyId: 'c1',
  userId: 'ann',
  startedAtMs: NOW_MS - 2 * HOUR_MS,
  endedAtMs: NOW_MS - HOUR_MS,
  bytesAt: new Map([['r1', 100]]),
  awaited: false,
  ...change,
});
const at = (sessionId: string, hoursAgo: number, change: Partial<SessionToKeep> = {}): SessionToKeep =>
  session(sessionId, {
    startedAtMs: NOW_MS - hoursAgo * HOUR_MS,
    endedAtMs: NOW_MS - (hoursAgo - 1) * HOUR_MS,
    ...change,
  });
const hold = (target: HoldTarget, change: Partial<Hold> = {}): Hold => ({
  holdId: 'h1',
  companyId: 'c1',
  target,
  reason: 'case 7',
  placedBy: { accountId: 'cora', name: 'Cora' },
  placedAtMs: 0,
  released: null,
  ...change,
});
const company = (sessions: SessionToKeep[], change: Partial<CompanyToPrune> = {}): CompanyToPrune => ({
  companyId: 'c1',
  retention: KEEP,
  holds: [],
  sessions,
  ...change,
});
const byRetention = (companies: CompanyToPrune[], recorderId = 'r1'): string[] =>
  planDeletions(companies, { cause: 'retention' }, recorderId, NOW_MS).map(
    ({ sessionId, cause }) => `${sessionId} ${cause}`,
  );
const byPressure = (companies: CompanyToPrune[], bytesNeeded: number): string[] =>
  planDeletions(companies, { cause: 'disk-full', bytesNeeded }, 'r1', NOW_MS).map(
    ({ sessionId }) => sessionId,
  );

describe('retention', () => {
  it('deletes nothing where no limit is set', () => {
    expect(byRetention([company([at('old', 10_000)])])).toEqual([]);
  });

  it('deletes what ended longer ago than the maximum age', () => {
    const retention = { ...KEEP, maxAgeMs: 5 * HOUR_MS };
    expect(byRetention([company([at('old', 7), at('edge', 6), at('new', 2)], { retention })])).toEqual([
      'old retention-age',
    ]);
  });

  it('deletes the oldest beyond the maximum of bytes, wherever they are, each at its recorder', () => {
    const retention = { ...KEEP, maxBytes: 200 };
    const elsewhere = at('b', 8, { bytesAt: new Map([['r2', 100]]) });
    const both = at('c', 7, {
      bytesAt: new Map([
        ['r1', 50],
        ['r2', 50],
      ]),
    });
    const companies = [company([at('a', 9), elsewhere, both, at('d', 6), at('e', 5)], { retention })];
    expect(byRetention(companies)).toEqual(['a retention-bytes', 'c retention-bytes']);
    expect(byRetention(companies, 'r2')).toEqual(['b retention-bytes', 'c retention-bytes']);
  });

  it('does not count what is held, nor what goes by age, among the bytes', () => {
    const retention = { ...KEEP, maxBytes: 200, maxAgeMs: 20 * HOUR_MS };
    const holds = [hold({ kind: 'session', sessionId: 'held' })];
    const sessions = [
      at('ancient', 50),
      at('held', 10, { bytesAt: new Map([['r1', 10_000]]) }),
      at('a', 9),
      at('b', 8),
    ];
    expect(byRetention([company(sessions, { retention, holds })])).toEqual(['ancient retention-age']);
  });

  it('keeps what runs, what is awaited, and what is younger than the minimum', () => {
    const retention = { maxAgeMs: 3 * HOUR_MS, maxBytes: 1, minAgeMs: 3 * HOUR_MS };
    const sessions = [
      at('runs', 90, { endedAtMs: null }),
      at('awaited', 90, { awaited: true }),
      at('young', 3),
    ];
    expect(byRetention([company(sessions, { retention })])).toEqual([]);
  });
});

describe('a full disk', () => {
  it('takes the oldest of this recorder, across companies, until it has enough', () => {
    const other = company([at('b', 8, { companyId: 'c2' })], { companyId: 'c2' });
    const sessions = [at('a', 9), at('elsewhere', 20, { bytesAt: new Map([['r2', 100]]) }), at('c', 7)];
    expect(byPressure([company(sessions), other], 150)).toEqual(['a', 'b']);
    expect(byPressure([company(sessions), other], 1_000)).toEqual(['a', 'b', 'c']);
  });

  it('takes nothing that is held or younger than the minimum', () => {
    const holds = [hold({ kind: 'user', userId: 'ann', fromMs: null, toMs: null })];
    const retention = { ...KEEP, minAgeMs: 5 * HOUR_MS };
    const sessions = [at('held', 9), at('bob', 8, { userId: 'bob' }), at('young', 5, { userId: 'bob' })];
    expect(byPressure([company(sessions, { holds, retention })], 1_000)).toEqual(['bob']);
  });
});

describe('a hold', () => {
  const s = session('s', { startedAtMs: 1_000_000, endedAtMs: 2_000_000 });
  const ofUser = (fromMs: number | null, toMs: number | null, userId = 'ann') =>
    hold({ kind: 'user', userId, fromMs, toMs });
  it.each([
    ['its session', hold({ kind: 'session', sessionId: 's' }), true],
    ['another session', hold({ kind: 'session', sessionId: 't' }), false],
    ['its user', ofUser(null, null), true],
    ['another user', ofUser(null, null, 'bob'), false],
    ['its company', hold({ kind: 'company', fromMs: null, toMs: null }), true],
    ['another company', hold({ kind: 'company', fromMs: null, toMs: null }, { companyId: 'c2' }), false],
    ['its last second', ofUser(1_999_000, null), true],
    ['its first second', ofUser(null, 1_001_000), true],
    ['the middle of it', ofUser(1_400_000, 1_500_000), true],
    ['a time before it', ofUser(null, 900_000), false],
    ['a time after it', ofUser(2_100_000, null), false],
    [
      'its session, released',
      hold(
        { kind: 'session', sessionId: 's' },
        { released: { atMs: 1, by: { accountId: 'cora', name: 'Cora' }, reason: 'closed' } },
      ),
      false,
    ],
  ])('of %s: %#', (_of, placed, held) => {
    expect(isHeld(s, [placed])).toBe(held);
  });
});

const small = fc.integer({ min: 0, max: 40 });
const target: fc.Arbitrary<HoldTarget> = fc.oneof(
  fc.record({ kind: fc.constant('session' as const), sessionId: fc.nat(12).map((n) => `s${n}`) }),
  fc.record({
    kind: fc.constant('user' as const),
    userId: fc.constantFrom('ann', 'bob'),
    fromMs: fc.option(small.map((n) => n * HOUR_MS)),
    toMs: fc.option(small.map((n) => n * HOUR_MS)),
  }),
  fc.record({
    kind: fc.constant('company' as const),
    fromMs: fc.option(small.map((n) => n * HOUR_MS)),
    toMs: fc.option(small.map((n) => n * HOUR_MS)),
  }),
);
const anyCompanies = fc.record({
  sessions: fc.array(
    fc.record({
      companyId: fc.constantFrom('c1', 'c2'),
      userId: fc.constantFrom('ann', 'bob'),
      startHours: small,
      lastsHours: fc.option(small),
      r1: fc.nat(500),
      r2: fc.option(fc.nat(500)),
      awaited: fc.boolean(),
    }),
    { maxLength: 12 },
  ),
  holds: fc.array(target, { maxLength: 3 }),
  retention: fc.record({
    maxAgeMs: fc.option(small.map((n) => n * HOUR_MS)),
    maxBytes: fc.option(fc.nat(2_000)),
    minAgeMs: small.map((n) => n * HOUR_MS),
  }),
});

type ArbitraryValue<T> = T extends fc.Arbitrary<infer Value> ? Value : never;

function build({ sessions, holds, retention }: ArbitraryValue<typeof anyCompanies>): CompanyToPrune[] {
  return ['c1', 'c2'].map((companyId) => ({
    companyId,
    retention,
    holds: holds.map((wanted) => hold(wanted, { companyId })),
    sessions: sessions
      .map((s, n) =>
        session(`s${n}`, {
          companyId: s.companyId,
          userId: s.userId,
          startedAtMs: s.startHours * HOUR_MS,
          endedAtMs: s.lastsHours === null ? null : (s.startHours + s.lastsHours) * HOUR_MS,
          bytesAt: new Map([['r1', s.r1], ...(s.r2 === null ? [] : [['r2', s.r2] as const])]),
          awaited: s.awaited,
        }),
      )
      .filter((s) => s.companyId === companyId),
  }));
}

/** A second of a session that a hold covers, looked for one by one. */
function hasHeldSecond(s: SessionToKeep, holds: readonly Hold[]): boolean {
  return holds.some(({ target: wanted }) => {
    if (wanted.kind === 'session') return wanted.sessionId === s.sessionId;
    if (wanted.kind === 'user' && wanted.userId !== s.userId) return false;
    for (let second = s.startedAtMs; second < (s.endedAtMs ?? 0); second += 60_000)
      if ((wanted.fromMs ?? 0) <= second && second < (wanted.toMs ?? Infinity)) return true;
    return false;
  });
}

describe('any plan', () => {
  it('spares what is held, running, awaited or too young, and takes nothing twice', () => {
    fc.assert(
      fc.property(anyCompanies, fc.option(fc.nat(2_000)), small, (wanted, bytesNeeded, nowHours) => {
        const companies = build(wanted);
        const nowMs = nowHours * HOUR_MS;
        const plan = planDeletions(
          companies,
          bytesNeeded === null ? { cause: 'retention' } : { cause: 'disk-full', bytesNeeded },
          'r1',
          nowMs,
        );
        expect(new Set(plan.map(({ sessionId }) => sessionId)).size).toBe(plan.length);
        for (const { sessionId } of plan) {
          const owner = companies.find(({ sessions }) => sessions.some((s) => s.sessionId === sessionId));
          const taken = owner?.sessions.find((s) => s.sessionId === sessionId);
          if (owner === undefined || taken === undefined) throw new Error(`${sessionId} is made up.`);
          expect(hasHeldSecond(taken, owner.holds)).toBe(false);
          expect(taken.awaited).toBe(false);
          expect(nowMs - (taken.endedAtMs ?? Infinity)).toBeGreaterThanOrEqual(owner.retention.minAgeMs);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('frees as much as is needed, or everything that may go', () => {
    fc.assert(
      fc.property(anyCompanies, fc.integer({ min: 1, max: 2_000 }), (wanted, bytesNeeded) => {
        const companies = build(wanted);
        const free = (needed: number) =>
          planDeletions(companies, { cause: 'disk-full', bytesNeeded: needed }, 'r1', NOW_MS);
        const bytes = free(bytesNeeded).reduce((sum, { sessionId }) => {
          const found = companies.flatMap(({ sessions }) => sessions).find((s) => s.sessionId === sessionId);
          return sum + (found?.bytesAt.get('r1') ?? 0);
        }, 0);
        if (bytes < bytesNeeded) expect(free(bytesNeeded)).toEqual(free(Number.MAX_SAFE_INTEGER));
      }),
    );
  });
});
