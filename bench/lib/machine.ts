import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** On what a benchmark ran. */
export const machine = {
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryGib: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
};
