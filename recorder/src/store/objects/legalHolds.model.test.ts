import { describe, expect, it } from '@jest/globals';
import { encodeSegmentName, encodeSessionFolder, type MediaHold } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import fc from 'fast-check';
import { createProblems } from '../../retention/problems.ts';
import type { HoldRegister, RegisteredHold } from '../holdRegister.ts';
import { createFakeObjectStore } from './fakeObjectStore.ts';
import { openLegalHolds, type LegalHolds } from './legalHolds.ts';
import { ObjectStoreError, type ObjectStore } from './objectStore.ts';

const logger = createLogger('test', 'silent');
const sessionOf = (nth: number) => ({
  companyId: 'acme',
  userId: 'zoe',
  sessionId: `s${nth}`,
  sessionStartedAtMs: 0,
});
const session = fc.nat(1);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('upload' as const), session, index: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hold' as const), session, held: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('go on' as const), turns: fc.nat(30) }) },
  fc.record({
    do: fc.constant('fail' as const),
    fault: fc.constantFrom(undefined, 'store-unreachable' as const, 'store-refused' as const),
  }),
  fc.record({ do: fc.constant('lose answers' as const), all: fc.boolean() }),
  fc.record({ do: fc.constant('allow' as const), locks: fc.boolean() }),
  { weight: 2, arbitrary: fc.constant({ do: 'kill' as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A bucket and a disk that outlive the processes that use them; a process that is killed does nothing more. */
class World {
  readonly bucket = createFakeObjectStore();
  readonly clock = createManualClock(0);
  readonly wanted = new Map<string, boolean>();
  readonly #disk = new Map<string, RegisteredHold>();
  #kill: () => void = () => undefined;
  #losesAnswers = false;
  #holds: LegalHolds | undefined;

  async begin(): Promise<void> {
    this.#kill();
    let killed = false;
    this.#kill = () => (killed = true);
    const isKilled = (): boolean => killed;
    const { bucket } = this;
    /** Before or after it has been done, a kill cuts it off. */
    const live = async <T>(act: () => Promise<T> | T): Promise<T> => {
      const never = new Promise<T>(() => undefined);
      await Promise.resolve();
      if (isKilled()) return never;
      const done = await act();
      return isKilled() ? never : done;
    };
    /** It may have been done although no answer comes. */
    const heard = <T>(act: () => Promise<T>): Promise<T> =>
      live(async () => {
        const done = await act();
        if (this.#losesAnswers) throw new ObjectStoreError('store-unreachable', 'No answer.');
        return done;
      });
    const objects: ObjectStore = {
      put: (...put) => heard(() => bucket.put(...put)),
      get: (key) => heard(() => bucket.get(key)),
      remove: (key) => heard(() => bucket.remove(key)),
      hasObjectLock: () => heard(() => bucket.hasObjectLock()),
      async *versionsIn(folder) {
        for await (const version of bucket.versionsIn(folder)) yield await live(() => version);
      },
      setLegalHold: (...locking) => heard(() => bucket.setLegalHold(...locking)),
      close: () => undefined,
    };
    const put = (holds: readonly MediaHold[], settled: boolean): void => {
      for (const one of holds) this.#disk.set(one.sessionId, { ...one, settled });
    };
    const register: HoldRegister = {
      put: (holds) => live(() => put(holds, false)),
      settled: (hold) => live(() => put([hold], true)),
      remove: (sessionId) => live(() => void this.#disk.delete(sessionId)),
      list: () => Promise.resolve([...this.#disk.values()]),
    };
    const { clock } = this;
    const problems = createProblems({ clock, logger });
    this.#holds = await openLegalHolds({ objects, register, problems, clock, random: () => 0, logger });
    this.#holds.start();
  }

  get holds(): LegalHolds {
    if (this.#holds === undefined) throw new Error('Nothing runs.');
    return this.#holds;
  }

  async take(next: Step): Promise<void> {
    switch (next.do) {
      case 'upload':
        this.#upload(next);
        return undefined;
      case 'hold':
        return this.#hold(sessionOf(next.session), next.held);
      case 'go on':
        return this.turns(next.turns);
      case 'fail':
        this.bucket.fault = next.fault;
        return undefined;
      case 'lose answers':
        this.#losesAnswers = next.all;
        return undefined;
      case 'allow':
        this.bucket.mayLock = next.locks;
        return undefined;
      case 'kill':
        return this.begin();
    }
  }

  /** Nothing goes wrong any more: what is to be done is done, and the register says so. */
  async calm(): Promise<void> {
    this.bucket.fault = undefined;
    this.bucket.mayLock = true;
    this.#losesAnswers = false;
    do {
      this.clock.advance(60_000);
      await this.turns(100);
    } while ([...this.#disk.values()].some(({ settled }) => !settled));
  }

  async turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
  }

  #upload({ session: nth, index }: Step & { do: 'upload' }): void {
    const name = encodeSegmentName({ index, startMs: 1_700_000_000_000, durationMs: 6_000 });
    this.holds
      .put(`${encodeSessionFolder(sessionOf(nth))}/d1/r1/${name}`, Buffer.from('media'))
      .catch((error: unknown) => expect(error).toBeInstanceOf(ObjectStoreError));
  }

  async #hold(place: ReturnType<typeof sessionOf>, held: boolean): Promise<void> {
    this.wanted.set(encodeSessionFolder(place), held);
    await this.holds.set([{ ...place, held }]);
  }
}

describe('whatever is held, released, stored, refused, cut off and killed', () => {
  it('everything in the bucket is locked if, and only if, it is held', async () => {
    let stored = 0;
    let locked = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
        const world = new World();
        world.bucket.objectLock = true;
        await world.begin();
        for (const next of steps) await world.take(next);
        await world.calm();
        for (const version of world.bucket.versions) {
          const folder = version.key.split('/').slice(0, 6).join('/');
          expect({ ...version, held: world.wanted.get(folder) ?? false }).toEqual({
            ...version,
            held: version.locked,
          });
          stored += 1;
          locked += version.locked ? 1 : 0;
        }
      }),
      { numRuns: 300 },
    );
    expect([stored > 500, locked > 100]).toEqual([true, true]);
  });
});
