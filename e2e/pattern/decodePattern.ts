import { findPatterns } from './findPattern.ts';
import type { Luma } from './luma.ts';
import {
  FIXED_CELLS,
  MIN_CONTRAST,
  PATTERN_BYTES,
  PATTERN_COLUMNS,
  PATTERN_ROWS,
  type PatternGeometry,
  dataCell,
} from './patternLayout.ts';
import { type PatternPayload, unpackPayload } from './patternPayload.ts';

/** A pattern that was read, and where it was found: the hint for the next picture of the same size. */
export interface PatternReading extends PatternPayload {
  readonly geometry: PatternGeometry;
}

/** A cell nearer to the middle between black and white than this share of the contrast is undecided. */
const UNDECIDED_SHARE = 0.1;

/** Mean brightness of the middle of a cell: its rim is blurred by scaling and compression. */
function cellMean(luma: Luma, geometry: PatternGeometry, column: number, row: number): number {
  const fromX = Math.floor(geometry.left + (column + 0.3) * geometry.cellWidth);
  const toX = Math.max(fromX + 1, Math.floor(geometry.left + (column + 0.7) * geometry.cellWidth));
  const fromY = Math.floor(geometry.top + (row + 0.3) * geometry.cellHeight);
  const toY = Math.max(fromY + 1, Math.floor(geometry.top + (row + 0.7) * geometry.cellHeight));
  let sum = 0;
  for (let y = fromY; y < toY; y += 1) {
    for (let x = fromX; x < toX; x += 1) sum += luma.data[y * luma.stride + x] ?? 0;
  }
  return sum / ((toX - fromX) * (toY - fromY));
}

/** Tells black from white by the fixed cells; undefined where those are not what a pattern has. */
function readerOf(
  luma: Luma,
  geometry: PatternGeometry,
): ((column: number, row: number) => boolean | undefined) | undefined {
  const means = FIXED_CELLS.map(({ column, row, black }) => ({
    black,
    mean: cellMean(luma, geometry, column, row),
  }));
  const average = (black: boolean): number => {
    const chosen = means.filter((cell) => cell.black === black);
    return chosen.reduce((sum, cell) => sum + cell.mean, 0) / chosen.length;
  };
  const blackMean = average(true);
  const contrast = average(false) - blackMean;
  if (contrast < MIN_CONTRAST) return undefined;
  const decide = (mean: number): boolean | undefined => {
    const share = (mean - blackMean) / contrast - 0.5;
    return Math.abs(share) < UNDECIDED_SHARE ? undefined : share < 0;
  };
  if (means.some((cell) => decide(cell.mean) !== cell.black)) return undefined;
  return (column, row) => decide(cellMean(luma, geometry, column, row));
}

function liesWithin(geometry: PatternGeometry, luma: Luma): boolean {
  return (
    geometry.left >= 0 &&
    geometry.top >= 0 &&
    geometry.left + PATTERN_COLUMNS * geometry.cellWidth <= luma.width &&
    geometry.top + PATTERN_ROWS * geometry.cellHeight <= luma.height
  );
}

function readPattern(luma: Luma, geometry: PatternGeometry): PatternReading | undefined {
  if (!liesWithin(geometry, luma)) return undefined;
  const isBlack = readerOf(luma, geometry);
  if (isBlack === undefined) return undefined;
  const bytes = new Uint8Array(PATTERN_BYTES);
  for (let index = 0; index < PATTERN_BYTES * 8; index += 1) {
    const { column, row } = dataCell(index);
    const black = isBlack(column, row);
    if (black === undefined) return undefined;
    if (black) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (0x80 >> (index & 7));
  }
  const payload = unpackPayload(bytes);
  return payload === undefined ? undefined : { ...payload, geometry };
}

/**
 * Reads the pattern in a picture.
 *
 * @param hint where the previous picture of this size had it; without one, or where it no longer fits, it is looked for.
 * @returns undefined where there is no pattern, or where it is damaged: an undecided cell or a wrong CRC is never guessed at.
 */
export function decodePattern(luma: Luma, hint?: PatternGeometry): PatternReading | undefined {
  if (hint !== undefined) {
    const reading = readPattern(luma, hint);
    if (reading !== undefined) return reading;
  }
  for (const geometry of findPatterns(luma)) {
    const reading = readPattern(luma, geometry);
    if (reading !== undefined) return reading;
  }
  return undefined;
}

/** Decodes a row of pictures, and remembers for each size where the pattern was. */
export function createPatternReader(): (luma: Luma) => PatternReading | undefined {
  const hints = new Map<string, PatternGeometry>();
  return (luma) => {
    const size = `${luma.width}x${luma.height}`;
    const reading = decodePattern(luma, hints.get(size));
    if (reading !== undefined) hints.set(size, reading.geometry);
    return reading;
  };
}
