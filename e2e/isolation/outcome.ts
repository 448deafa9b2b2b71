/** What the cells of a row should have been answered, and were; by cell. */
export interface Outcome {
  readonly expected: Record<string, string>;
  readonly actual: Record<string, string>;
}
