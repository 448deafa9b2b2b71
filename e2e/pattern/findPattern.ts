import type { Luma } from './luma.ts';
import {
  LEFT_COLUMN_RUNS,
  MIN_CONTRAST,
  PATTERN_COLUMNS,
  PATTERN_ROWS,
  type PatternGeometry,
  TOP_ROW_RUNS,
} from './patternLayout.ts';

/** Patterns whose cells are smaller than this are not looked for. */
const MIN_CELL_PX = 5;

/** How far the length of a run may be off, in cells. */
const RUN_TOLERANCE_CELLS = 0.4;

/** A row or column of pixels: `length` bytes of `data` from `start` on, `step` apart. */
interface Line {
  readonly data: Luma['data'];
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Where black and white change in a line: even entries begin black runs, odd ones white runs.
 * Two thresholds keep noise on a soft edge from making runs of its own.
 */
function edgesOf(line: Line): number[] {
  let min = 255;
  let max = 0;
  for (let i = 0, at = line.start; i < line.length; i += 1, at += line.step) {
    const value = line.data[at] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const edges: number[] = [];
  if (max - min < MIN_CONTRAST) return edges;
  const blackBelow = min + (max - min) * 0.4;
  const whiteAbove = min + (max - min) * 0.6;
  let black = false;
  for (let i = 0, at = line.start; i < line.length; i += 1, at += line.step) {
    const value = line.data[at] ?? 0;
    if (black ? value > whiteAbove : value < blackBelow) {
      edges.push(i);
      black = !black;
    }
  }
  if (black) edges.push(line.length);
  return edges;
}

/** The next span at or after edge `first` whose runs have the ratio of `runs`, with the edge it begins at. */
function matchRuns(
  edges: readonly number[],
  runs: readonly number[],
  cells: number,
  first: number,
): (Span & { readonly edge: number }) | undefined {
  for (let edge = first; edge + runs.length < edges.length; edge += 2) {
    const from = edges[edge] ?? 0;
    const to = edges[edge + runs.length] ?? 0;
    const cellPx = (to - from) / cells;
    if (cellPx < MIN_CELL_PX) continue;
    const fits = runs.every((length, run) => {
      const runPx = (edges[edge + run + 1] ?? 0) - (edges[edge + run] ?? 0);
      return Math.abs(runPx - length * cellPx) <= RUN_TOLERANCE_CELLS * cellPx;
    });
    if (fits) return { from, to, edge };
  }
  return undefined;
}

/** The left column's extent below or above `y`, where its pattern's top row spans `columns`. */
function matchLeftColumn(luma: Luma, columns: Span, y: number): Span | undefined {
  const cellPx = (columns.to - columns.from) / PATTERN_COLUMNS;
  const start = Math.max(0, Math.floor(y - 2 * cellPx));
  const end = Math.min(luma.height, Math.ceil(y + (PATTERN_ROWS + 2) * cellPx));
  const x = Math.min(luma.width - 1, Math.floor(columns.from + cellPx / 2));
  const line = { data: luma.data, start: start * luma.stride + x, step: luma.stride, length: end - start };
  const match = matchRuns(edgesOf(line), LEFT_COLUMN_RUNS, PATTERN_ROWS, 0);
  return match === undefined ? undefined : { from: start + match.from, to: start + match.to };
}

/**
 * Looks for patterns in a picture by the run lengths of their top row and left column.
 * Yields candidates from top to bottom; only reading one tells whether it is a pattern.
 */
export function* findPatterns(luma: Luma): Generator<PatternGeometry> {
  const rowStep = Math.max(1, MIN_CELL_PX - 2);
  for (let y = 0; y < luma.height; y += rowStep) {
    const edges = edgesOf({ data: luma.data, start: y * luma.stride, step: 1, length: luma.width });
    let columns = matchRuns(edges, TOP_ROW_RUNS, PATTERN_COLUMNS, 0);
    while (columns !== undefined) {
      const rows = matchLeftColumn(luma, columns, y);
      if (rows !== undefined) {
        yield {
          left: columns.from,
          top: rows.from,
          cellWidth: (columns.to - columns.from) / PATTERN_COLUMNS,
          cellHeight: (rows.to - rows.from) / PATTERN_ROWS,
        };
      }
      columns = matchRuns(edges, TOP_ROW_RUNS, PATTERN_COLUMNS, columns.edge + 2);
    }
  }
}
