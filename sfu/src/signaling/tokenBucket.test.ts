import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { createTokenBucket } from './tokenBucket.ts';

const taken = (bucket: () => boolean, tries: number): number =>
  Array.from({ length: tries }, () => bucket()).filter(Boolean).length;

describe('token bucket', () => {
  it('grants its burst at once, then its rate', () => {
    const clock = createManualClock();
    const bucket = createTokenBucket(clock, { burst: 5, perSecond: 2 });
    expect(taken(bucket, 10)).toBe(5);
    clock.advance(1_000);
    expect(taken(bucket, 10)).toBe(2);
  });

  it('saves no more than its burst', () => {
    const clock = createManualClock();
    const bucket = createTokenBucket(clock, { burst: 5, perSecond: 2 });
    clock.advance(3_600_000);
    expect(taken(bucket, 10)).toBe(5);
  });
});
