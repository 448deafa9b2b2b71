import { parseArgs } from 'node:util';

/** How large the benchmark is. */
export interface DurabilityOptions {
  kills: number;
  /** Of the schedule of kills: the same seed gives the same schedule. */
  seed: number;
}

/** Reads the command line. @throws Error on anything that is not an option, or no number. */
export function parseOptions(args: readonly string[]): DurabilityOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { kills: { type: 'string', default: '300' }, seed: { type: 'string', default: '1' } },
  });
  return { kills: natural('kills', values.kills), seed: natural('seed', values.seed) };
}

function natural(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new Error(`--${name} takes a number from 1 to 999999, not "${text}".`);
  return Number(text);
}
