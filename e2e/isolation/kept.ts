/** Makes each thing once. */
export type Kept<T> = (key: string, make: () => Promise<T>) => Promise<T>;

/** Builds a {@link Kept}. */
export function createKept<T>(): Kept<T> {
  const made = new Map<string, Promise<T>>();
  return (key, make) => {
    const known = made.get(key) ?? make();
    made.set(key, known);
    return known;
  };
}
