import { parseArgs } from 'node:util';

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
  return { agents: count('agents', values.agents), connected: count('connected', values.connected) };
}

function count(name: string, text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text))
    throw new Error(`--${name} takes a number from 1 to 99999, not "${text}".`);
  return Number(text);
}
