import { describe, expect, it } from '@jest/globals';
import { union, type Interval } from '@sightline/shared';
import fc from 'fast-check';
import { elsewhereThan, holdingsOf } from './mediaHolder.ts';

const interval = fc
  .record({ fromMs: fc.nat(100), lengthMs: fc.integer({ min: 1, max: 20 }) })
  .map(({ fromMs, lengthMs }): Interval => ({ fromMs, toMs: fromMs + lengthMs }));
const part = fc.array(interval, { maxLength: 4 }).map((runs) => ({
  recordedMs: runs.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0),
  stretches: union(runs),
}));
const media = fc.uniqueArray(
  fc.record({
    sessionId: fc.constantFrom('s1', 's2', 's3'),
    trackId: fc.constantFrom('display-1', 'display-2'),
    byRecorder: fc
      .dictionary(fc.constantFrom('r1', 'r2', 'r3'), part)
      .map((of) => new Map(Object.entries(of))),
  }),
  { selector: ({ sessionId, trackId }) => `${sessionId} ${trackId}` },
);

describe('media at several recorders', () => {
  it('are at each of those that are named, and nothing of it is neither there nor named as elsewhere', () => {
    fc.assert(
      fc.property(media, (all) => {
        const holdings = holdingsOf(all);
        const everything = all.flatMap(({ sessionId, trackId, byRecorder: of }) =>
          [...of].flatMap(([recorderId, { stretches }]) =>
            stretches.map((stretch) => ({ recorderId, sessionId, trackId, ...stretch })),
          ),
        );
        expect(new Set(holdings.map(({ recorderId }) => recorderId))).toEqual(
          new Set(everything.map(({ recorderId }) => recorderId)),
        );
        for (const { recorderId, stretches } of holdings) {
          const own = everything.filter((one) => one.recorderId === recorderId);
          expect(union(own)).toEqual(stretches);
          const elsewhere = elsewhereThan(recorderId, all);
          expect(elsewhere).toHaveLength(everything.length - own.length);
          expect([...own, ...elsewhere]).toEqual(expect.arrayContaining(everything));
        }
      }),
    );
  });
});
