import { describe, expect, it } from '@jest/globals';
import { resumeBehind } from './damage.ts';

const fragments = [60, 66, 72].map((startSeconds) => ({
  startSeconds,
  durationSeconds: 6,
  wallMs: startSeconds * 1_000,
}));

describe('playback that met a damaged picture', () => {
  it('goes on with the next fragment, further on each time', () => {
    expect(resumeBehind(fragments, 63)).toEqual({ positionSeconds: 66, atEnd: false });
    expect(resumeBehind(fragments, 65.98)).toEqual({ positionSeconds: 72, atEnd: false });
  });

  it('stays before the last fragment if that is the damaged one', () => {
    expect(resumeBehind(fragments, 74)).toEqual({ positionSeconds: 71.9, atEnd: true });
  });

  it('has nowhere to go in a single fragment', () => {
    expect(resumeBehind(fragments.slice(0, 1), 62)).toBeUndefined();
    expect(resumeBehind([], 0)).toBeUndefined();
  });
});
