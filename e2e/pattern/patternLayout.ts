/** Columns and rows of the pattern in cells, without the quiet zone around it. */
export const PATTERN_COLUMNS = 14;
export const PATTERN_ROWS = 9;

/** White cells on every side that separate the pattern from what is around it. */
export const QUIET_CELLS = 1;

/** Run lengths in cells of the top row, black first: tells a pattern from text, and gives its width. */
export const TOP_ROW_RUNS: readonly number[] = [3, 1, 1, 2, 1, 1, 2, 1, 2];

/** Run lengths in cells of the left column, black first: gives the pattern's height. */
export const LEFT_COLUMN_RUNS: readonly number[] = [1, 1, 2, 1, 1, 2, 1];

/** Where black and white are nearer than this many levels of brightness, there is no pattern. */
export const MIN_CONTRAST = 40;

/** Bytes that the cells right of the left column and below the top row carry. */
export const PATTERN_BYTES = ((PATTERN_COLUMNS - 1) * (PATTERN_ROWS - 1)) / 8;

/** Where a pattern lies in a picture, in pixels of that picture. The quiet zone lies outside. */
export interface PatternGeometry {
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** A cell that is the same in every pattern. */
export interface FixedCell {
  readonly column: number;
  readonly row: number;
  readonly black: boolean;
}

function expandRuns(runs: readonly number[]): boolean[] {
  return runs.flatMap((length, index) => new Array<boolean>(length).fill(index % 2 === 0));
}

/** The cells of the top row and the left column: the corner, which both share, comes once. */
export const FIXED_CELLS: readonly FixedCell[] = [
  ...expandRuns(TOP_ROW_RUNS).map((black, column) => ({ column, row: 0, black })),
  ...expandRuns(LEFT_COLUMN_RUNS)
    .map((black, row) => ({ column: 0, row, black }))
    .slice(1),
];

/** Column and row of data bit `index`, most significant bit of the first byte first. */
export function dataCell(index: number): { readonly column: number; readonly row: number } {
  const dataColumns = PATTERN_COLUMNS - 1;
  return { column: 1 + (index % dataColumns), row: 1 + Math.floor(index / dataColumns) };
}
