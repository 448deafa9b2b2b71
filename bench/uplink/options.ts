import { parseArgs } from 'node:util';
import { natural } from '../lib/natural.ts';

/** How often the uplink becomes narrow, and how long its queue is. */
export interface UplinkOptions {
  caps: number;
  /** Longest time a packet may wait in the queue before packets are dropped. */
  queueMs: number;
}

/** Reads the command line. @throws Error on anything that is not an option, or no number. */
export function parseOptions(args: readonly string[]): UplinkOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { caps: { type: 'string', default: '8' }, queue: { type: 'string', default: '1000' } },
  });
  return { caps: natural('caps', values.caps), queueMs: natural('queue', values.queue) };
}
