import { describe, expect, it } from '@jest/globals';
import { displayConstraints, smallConstraints } from './constraints.ts';

describe('the small copy', () => {
  it.each([
    [1920, 1080, 480, 270],
    [1366, 768, 480, 270],
    [1080, 1920, 480, 854],
    [3440, 1440, 480, 200],
    [320, 200, 320, 200],
  ])('of %d×%d is %d×%d', (width, height, smallWidth, smallHeight) => {
    expect(smallConstraints({ width, height })).toEqual({
      width: smallWidth,
      height: smallHeight,
      frameRate: { max: 10 },
    });
  });
});

describe('the capture of a display', () => {
  it('keeps the wanted frame rate between 1 and 60', () => {
    const frameRateOf = (fps: number): unknown => displayConstraints({ fps, sound: false }).video;
    expect(frameRateOf(500)).toMatchObject({ frameRate: { ideal: 60, max: 60 } });
    expect(frameRateOf(0.1)).toMatchObject({ frameRate: { ideal: 1, max: 60 } });
  });

  it('may become larger than it was at the start, in either direction', () => {
    expect(displayConstraints({ fps: 30, sound: false }).video).toMatchObject({
      width: { max: 7_680 },
      height: { max: 7_680 },
    });
  });
});
