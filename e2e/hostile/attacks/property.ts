import * as fc from 'fast-check';

/**
 * Tries a property.
 *
 * @returns the smallest input for which it does not hold, and why; undefined: it holds.
 */
export async function refute<Input>(
  inputs: fc.Arbitrary<Input>,
  holds: (input: Input) => Promise<void>,
  options: { numRuns: number; seed: number },
): Promise<string | undefined> {
  const { failed, counterexample, errorInstance } = await fc.check(fc.asyncProperty(inputs, holds), options);
  return failed
    ? `${String(errorInstance)}, for ${JSON.stringify(counterexample?.[0]).slice(0, 1_000)}`
    : undefined;
}
