import { describe, expect, it } from '@jest/globals';
import { markEnd, markStart, NO_MARKS } from './marks.ts';

describe('the marks of a player', () => {
  it('never lie the wrong way round', () => {
    const both = markEnd(markStart(NO_MARKS, 10), 20);
    expect(both).toEqual({ startMs: 10, endMs: 20 });
    expect(markStart(both, 30)).toEqual({ startMs: 30, endMs: undefined });
    expect(markEnd(both, 5)).toEqual({ startMs: undefined, endMs: 5 });
  });
});
