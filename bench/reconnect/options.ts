import { parseArgs } from 'node:util';
import { natural } from '../lib/natural.ts';

const MAX_AGENTS = 99_999;

/** How large the benchmark is. */
export interface ReconnectOptions {
  /** Agents that stream while the sfu is killed. */
  agents: number;
  /** Agents that are connected while presence is measured. */
  connected: number;
}

/** Reads the command line. @throws Error on anything that is not an option, or no number. */
export function parseOptions(args: readonly string[]): ReconnectOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      agents: { type: 'string', default: '500' },
      connected: { type: 'string', default: '5000' },
    },
  });
  return {
    agents: natural('agents', values.agents, MAX_AGENTS),
    connected: natural('connected', values.connected, MAX_AGENTS),
  };
}
