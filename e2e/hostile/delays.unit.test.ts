import { describe, expect, it } from '@jest/globals';
import { describeSamples } from './delays.ts';

describe('how a good client fared', () => {
  it('is told by the worse of its ways to ask', () => {
    const socketMs = Array.from({ length: 100 }, (_, at) => at + 1);
    expect(describeSamples({ socketMs, httpMs: [1, 2.34], failures: [] })).toEqual({
      requests: 102,
      socketP99Ms: 99,
      httpP99Ms: 2.3,
      p99Ms: 99,
      failures: [],
    });
  });

  it('is bad when it was never answered', () => {
    expect(describeSamples({ socketMs: [], httpMs: [1], failures: [] }).p99Ms).toBe(Number.POSITIVE_INFINITY);
  });
});
