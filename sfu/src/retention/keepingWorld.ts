import { expect } from '@jest/globals';
import { ProtocolError, type DeletionClaim, type Hold } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import fc from 'fast-check';
import type { Database } from '../db/database.ts';
import { createRepositories } from '../db/repositories.ts';
import { putRecorded } from '../db/suites/recorded.ts';
import type { PruningCause } from './plan.ts';
import { createRetentionKeeper, type RetentionKeeper } from './retention.ts';

/** The model's unit of time. */
export const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Whose sessions the model keeps. */
export const COMPANIES = ['c1', 'c2'] as const;
const RECORDERS = ['r1', 'r2'] as const;
const CORA = { accountId: 'cora', name: 'Cora' };

const hours = fc.integer({ min: 0, max: 60 });
const moment = fc.option(hours.map((n) => n * HOUR_MS));
const company = fc.constantFrom(...COMPANIES);
const recorder = fc.constantFrom(...RECORDERS);
const user = fc.constantFrom('ann', 'bob');
const any = fc.nat(99);

/** What may happen next. */
export const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('record' as const),
      companyId: company,
      userId: user,
      lasts: fc.integer({ min: 1, max: 9 }),
      bytes: fc.dictionary(recorder, fc.integer({ min: 1, max: 500 }), { minKeys: 1 }),
    }),
  },
  fc.record({ do: fc.constant('pass' as const), hours }),
  fc.record({
    do: fc.constant('hold' as const),
    companyId: company,
    kind: fc.constantFrom('session' as const, 'user' as const, 'company' as const),
    userId: user,
    nth: any,
    fromMs: moment,
    toMs: moment,
  }),
  fc.record({ do: fc.constant('release' as const), nth: any }),
  fc.record({
    do: fc.constant('retain' as const),
    companyId: company,
    maxAgeMs: fc.option(fc.integer({ min: 1, max: 40 }).map((n) => n * HOUR_MS)),
    maxBytes: fc.option(fc.integer({ min: 1, max: 1_000 })),
    minAgeMs: fc.integer({ min: 0, max: 10 }).map((n) => n * HOUR_MS),
  }),
  fc.record({
    do: fc.constant('ask' as const),
    recorderId: recorder,
    bytesNeeded: fc.option(fc.integer({ min: 1, max: 900 })),
  }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('begin' as const), recorderId: recorder, nth: any }) },
  fc.record({ do: fc.constant('remove' as const), recorderId: recorder, nth: any }),
  fc.record({ do: fc.constant('report' as const), recorderId: recorder, nth: any }),
  fc.record({ do: fc.constant('crash' as const), recorderId: recorder }),
);
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A recorder as it may be killed at any moment: what it was told is gone then, what it removed is not. */
interface ModelRecorder {
  claims: DeletionClaim[];
  confirmed: Set<string>;
}

interface PlacedHold extends Hold {
  tooLateFor: readonly string[];
}

/** The sfu with its real database, recorders that do anything in any order, and what must never happen. */
export class World {
  readonly clock: ManualClock = createManualClock(0);
  readonly media = new Map<
    string,
    { companyId: string; userId: string; startedAtMs: number; endedAtMs: number }
  >();
  readonly gone = new Set<string>();
  readonly holds: PlacedHold[] = [];
  readonly recorders = new Map<string, ModelRecorder>(
    RECORDERS.map((recorderId) => [recorderId, { claims: [], confirmed: new Set() }]),
  );
  readonly #database: Database;
  readonly #repositories;
  readonly #keeper: RetentionKeeper;

  constructor(database: Database) {
    this.#database = database;
    this.#repositories = createRepositories(database);
    this.#keeper = createRetentionKeeper({
      deletions: this.#repositories.deletions,
      auditLog: { record: () => Promise.reject(new Error('Not asked for.')) },
      clock: this.clock,
      logger: createLogger('test', 'silent'),
    });
  }

  async take(next: Step): Promise<void> {
    switch (next.do) {
      case 'record':
        return this.#record(next);
      case 'pass':
        this.clock.advance(next.hours * HOUR_MS);
        return undefined;
      case 'hold':
        return this.#hold(next);
      case 'release':
        return this.#release(next.nth);
      case 'retain': {
        const { companyId, maxAgeMs, maxBytes, minAgeMs } = next;
        await this.#repositories.organisation.changeCompany(companyId, {
          retention: { maxAgeMs, maxBytes, minAgeMs },
        });
        return undefined;
      }
      case 'ask': {
        const pruning: PruningCause =
          next.bytesNeeded === null
            ? { cause: 'retention' }
            : { cause: 'disk-full', bytesNeeded: next.bytesNeeded };
        this.#recorder(next.recorderId).claims = await this.#keeper.claim(next.recorderId, pruning);
        return undefined;
      }
      case 'begin':
        return this.#begin(next);
      case 'remove':
        return this.#remove(next);
      case 'report':
        return this.#report(next);
      case 'crash':
        this.recorders.set(next.recorderId, { claims: [], confirmed: new Set() });
        return undefined;
    }
  }

  async #record({ companyId, userId, lasts, bytes }: Step & { do: 'record' }): Promise<void> {
    const sessionId = `s${this.media.size}`;
    const startedAtMs = this.clock.nowMs();
    const endedAtMs = startedAtMs + lasts * HOUR_MS;
    this.media.set(sessionId, { companyId, userId, startedAtMs, endedAtMs });
    await putRecorded(this.#database, { sessionId, companyId, userId, startedAtMs, endedAtMs, bytes });
  }

  async #hold(next: Step & { do: 'hold' }): Promise<void> {
    const { companyId, kind, userId, nth, fromMs, toMs } = next;
    const target =
      kind === 'session'
        ? { kind, sessionId: `s${nth % (this.media.size + 1)}` }
        : { ...(kind === 'user' ? { kind, userId } : { kind }), fromMs, toMs };
    const hold: Hold = {
      holdId: `h${this.holds.length}`,
      companyId,
      target,
      reason: 'case 7',
      placedBy: CORA,
      placedAtMs: this.clock.nowMs(),
      released: null,
    };
    const tooLateFor = await this.#repositories.holds.place(hold);
    this.holds.push({ ...hold, tooLateFor });
  }

  async #release(nth: number): Promise<void> {
    const hold = this.holds[nth % (this.holds.length || 1)];
    if (hold === undefined || hold.released !== null) return;
    hold.released = { atMs: this.clock.nowMs(), by: CORA, reason: 'closed' };
    await this.#repositories.holds.release(hold.companyId, hold.holdId, hold.released);
  }

  async #begin({ recorderId, nth }: { recorderId: string; nth: number }): Promise<void> {
    const { claims, confirmed } = this.#recorder(recorderId);
    const claim = claims[nth % (claims.length || 1)];
    if (claim === undefined) return;
    try {
      await this.#keeper.begin(recorderId, claim.claimId);
      confirmed.add(claim.claimId);
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
    }
  }

  async #remove({ recorderId, nth }: { recorderId: string; nth: number }): Promise<void> {
    const claim = this.#confirmedClaim(recorderId, nth);
    // What is gone cannot be removed again: a hold that is placed after the report is late for nothing.
    if (claim === undefined || this.#isGone(claim, recorderId)) return;
    const { sessionId } = claim;
    for (const hold of this.holds)
      expect({ hold, removes: this.#heldSecond(hold, sessionId) }).toEqual({ hold, removes: undefined });
    this.gone.add(`${sessionId} at ${recorderId}`);
  }

  async #report({ recorderId, nth }: { recorderId: string; nth: number }): Promise<void> {
    const claim = this.#confirmedClaim(recorderId, nth);
    if (claim === undefined || !this.#isGone(claim, recorderId)) return;
    await this.#repositories.deletions.done(claim.claimId, recorderId, 1, this.clock.nowMs());
  }

  #isGone({ sessionId }: DeletionClaim, recorderId: string): boolean {
    return this.gone.has(`${sessionId} at ${recorderId}`);
  }

  #confirmedClaim(recorderId: string, nth: number): DeletionClaim | undefined {
    const { claims, confirmed } = this.#recorder(recorderId);
    const open = claims.filter(({ claimId }) => confirmed.has(claimId));
    return open[nth % (open.length || 1)];
  }

  #recorder(recorderId: string): ModelRecorder {
    const found = this.recorders.get(recorderId);
    if (found === undefined) throw new Error(`There is no ${recorderId}.`);
    return found;
  }

  /** A second of the session that the hold promised to keep, looked for minute by minute. */
  #heldSecond(
    { companyId, target, released, tooLateFor }: PlacedHold,
    sessionId: string,
  ): number | undefined {
    const session = this.media.get(sessionId);
    if (session === undefined || released !== null || tooLateFor.includes(sessionId)) return undefined;
    if (session.companyId !== companyId) return undefined;
    if (target.kind === 'session') return target.sessionId === sessionId ? session.startedAtMs : undefined;
    if (target.kind === 'user' && target.userId !== session.userId) return undefined;
    for (let atMs = session.startedAtMs; atMs < session.endedAtMs; atMs += MINUTE_MS)
      if ((target.fromMs ?? 0) <= atMs && atMs < (target.toMs ?? Infinity)) return atMs;
    return undefined;
  }
}
