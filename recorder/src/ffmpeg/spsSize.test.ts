import { describe, expect, it } from '@jest/globals';
import { sizeFromSps } from './spsSize.ts';

describe('a sequence parameter set', () => {
  // As x264 writes them.
  it.each([
    ['baseline', '6742c01fd9005005bb0110000003001000000303c0f1832480', 1280, 720],
    ['high, cropped', '67640020acd94056061e6f0110000003001000000303c0f1831960', 1366, 768],
    ['main, fields', '674d4028eca03c0227ef0110000003001000000303c1f162d960', 1920, 1080],
    ['4:4:4 with scaling', '67f4001f919b281f820f131b8088000003000800000301e078c18cb0', 1000, 500],
  ])('tells the size of the pictures: %s', (_name, hex, width, height) => {
    expect(sizeFromSps(Buffer.from(hex, 'hex'))).toEqual({ width, height });
  });
});
