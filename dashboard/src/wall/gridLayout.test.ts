import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { layOutGrid } from './gridLayout.ts';

const space = { widthPx: 1_416, heightPx: 800, gapPx: 8, captionPx: 46, minTilePx: 220 };

describe('the grid of tiles', () => {
  it.each([
    [1, 1],
    [2, 2],
    [4, 2],
    [9, 3],
    [20, 5],
  ])('gives %d tiles %d columns on a wide window', (count, columns) => {
    expect(layOutGrid(count, space).columns).toBe(columns);
  });

  it('stacks two tiles on a tall window', () => {
    expect(layOutGrid(2, { ...space, widthPx: 700, heightPx: 1_200 }).columns).toBe(1);
  });

  it('scrolls rather than make tiles too small to recognise', () => {
    const { columns, tilePx } = layOutGrid(100, space);
    expect(tilePx).toBeGreaterThanOrEqual(space.minTilePx);
    expect(columns).toBe(6);
  });

  it('never exceeds the width', () => {
    const sizePx = fc.integer({ min: 240, max: 4_000 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), sizePx, sizePx, (count, widthPx, heightPx) => {
        const { columns, tilePx } = layOutGrid(count, { ...space, widthPx, heightPx });
        expect(columns * tilePx + (columns - 1) * space.gapPx).toBeLessThanOrEqual(widthPx);
        expect(tilePx).toBeGreaterThan(0);
      }),
    );
  });
});
