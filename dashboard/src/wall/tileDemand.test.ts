import { describe, expect, it } from '@jest/globals';
import { fullDemand, smallDemand, type TileSituation } from './tileDemand.ts';

const shown: TileSituation = {
  onScreen: true,
  pageVisible: true,
  wallCovered: false,
  standsIn: false,
  attended: false,
  pressed: false,
  tileCount: 4,
};

describe('what a tile asks for', () => {
  it('is its small stream, and the full one without media', () => {
    expect([smallDemand(shown), fullDemand(shown)]).toEqual(['play', 'ready']);
  });

  it.each([
    ['off screen', { onScreen: false }],
    ['on a hidden page', { pageVisible: false }],
    ['under the focus view', { wallCovered: true }],
  ])('is no media %s', (_where, change) => {
    expect(smallDemand({ ...shown, ...change })).toBe('ready');
  });

  it('is its small stream, also under the focus view, until the full picture is there', () => {
    expect(smallDemand({ ...shown, onScreen: false, wallCovered: true, standsIn: true })).toBe('play');
  });

  it('is the full stream only where it may be opened, when there are many tiles', () => {
    expect(fullDemand({ ...shown, tileCount: 100 })).toBe('none');
    expect(fullDemand({ ...shown, tileCount: 100, attended: true })).toBe('ready');
    expect(fullDemand({ ...shown, onScreen: false })).toBe('none');
  });

  it('is the full stream at once when the pointer goes down, before the click is complete', () => {
    expect(fullDemand({ ...shown, tileCount: 100, pressed: true })).toBe('play');
  });
});
