/** The room that the tiles share, in CSS pixels. */
export interface GridSpace {
  widthPx: number;
  heightPx: number;
  gapPx: number;
  /** The height of what stands under each picture. */
  captionPx: number;
  /** Below this width the wall scrolls instead. */
  minTilePx: number;
}

/** How many columns, and how wide each tile is. */
export interface GridLayout {
  columns: number;
  tilePx: number;
}

const PICTURE_RATIO = 16 / 9;

/** Chooses the number of columns that makes `count` pictures of 16:9 as large as the space allows. */
export function layOutGrid(count: number, space: GridSpace): GridLayout {
  const { widthPx, heightPx, gapPx, captionPx, minTilePx } = space;
  let best: GridLayout = { columns: 1, tilePx: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const fitsWidthPx = (widthPx - gapPx * (columns - 1)) / columns;
    const fitsHeightPx = ((heightPx - gapPx * (rows - 1)) / rows - captionPx) * PICTURE_RATIO;
    const tilePx = Math.floor(Math.min(fitsWidthPx, fitsHeightPx));
    if (tilePx > best.tilePx) best = { columns, tilePx };
  }
  if (best.tilePx >= minTilePx) return best;
  const columns = Math.max(1, Math.floor((widthPx + gapPx) / (minTilePx + gapPx)));
  return { columns, tilePx: Math.floor((widthPx - gapPx * (columns - 1)) / columns) };
}
