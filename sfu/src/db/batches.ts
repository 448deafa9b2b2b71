/** SQLite binds at most 32,766 values to a statement, PostgreSQL 65,535. */
const MAX_VALUES = 30_000;

/** Cuts rows into pieces that fit into one statement each. */
export function* inBatches<Row>(rows: readonly Row[], valuesPerRow: number): Generator<readonly Row[]> {
  const size = Math.floor(MAX_VALUES / valuesPerRow);
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}
