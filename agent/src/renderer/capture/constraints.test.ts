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

it('keeps the wanted frame rate between 1 and 60', () => {
  expect(displayConstraints({ fps: 500, sound: false }).video).toEqual({ frameRate: { ideal: 60, max: 60 } });
  expect(displayConstraints({ fps: 0.1, sound: false }).video).toEqual({ frameRate: { ideal: 1, max: 60 } });
});
