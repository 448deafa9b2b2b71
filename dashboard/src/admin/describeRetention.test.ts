import { describe, expect, it } from '@jest/globals';
import { DEFAULT_RETENTION } from '@sightline/shared';
import { describeRetention } from './describeRetention.ts';

const DAY_MS = 86_400_000;

describe('retention in words', () => {
  it('says that nothing is deleted unless a disk is full', () => {
    expect(describeRetention(DEFAULT_RETENTION)).toBe(
      'Nothing is deleted by age or size. When a recorder’s disk is nearly full, the oldest sessions go first, ' +
        'but none younger than 1 day. What is held is never deleted.',
    );
  });

  it('names every limit in its unit', () => {
    const words = describeRetention({
      maxAgeMs: 30 * DAY_MS,
      maxBytes: 500 * 1_024 ** 3,
      minAgeMs: 5_400_000,
    });
    expect(words).toContain('deleted 30 days after it ended.');
    expect(words).toContain('more than 500 GiB, the oldest');
    expect(words).toContain('younger than 90 minutes');
  });
});
