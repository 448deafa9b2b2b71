import { describe, expect, it } from '@jest/globals';
import { formatDateTime } from '../ui/format.ts';
import { describeDetails } from './describeDetails.ts';

describe('the details of an audit entry', () => {
  it('read as words, times and durations', () => {
    const details = {
      userId: 'ann@ws',
      expiresAtMs: 1.8e12,
      idleThresholdMs: 600_000,
      groupId: null,
      uses: 3,
    };
    expect(describeDetails(details)).toBe(
      `user id: ann@ws, expires: ${formatDateTime(1.8e12)}, idle threshold: 10 min, uses: 3`,
    );
  });
});
