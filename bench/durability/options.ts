import { parseArgs } from 'node:util';
import { natural } from '../lib/natural.ts';

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
