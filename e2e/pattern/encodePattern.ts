import { FIXED_CELLS, PATTERN_BYTES, PATTERN_COLUMNS, PATTERN_ROWS, dataCell } from './patternLayout.ts';
import { type PatternPayload, packPayload } from './patternPayload.ts';

/**
 * The cells of a pattern row by row, 1 for black, without the quiet zone.
 *
 * @throws RangeError if a field of the payload does not fit its width.
 */
export function encodePattern(payload: PatternPayload): Uint8Array {
  const cells = new Uint8Array(PATTERN_COLUMNS * PATTERN_ROWS);
  for (const { column, row, black } of FIXED_CELLS) cells[row * PATTERN_COLUMNS + column] = black ? 1 : 0;
  const bytes = packPayload(payload);
  for (let index = 0; index < PATTERN_BYTES * 8; index += 1) {
    const { column, row } = dataCell(index);
    const byte = bytes[index >> 3] ?? 0;
    cells[row * PATTERN_COLUMNS + column] = (byte >> (7 - (index & 7))) & 1;
  }
  return cells;
}
