import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

// Without MEDIASOUP_VERSION in its environment the worker does nothing but exit with this code (its main.cpp).
const EXIT_CODE_WITHOUT_VERSION = 41;

/** True when the file is a worker that this machine can run (its libraries are there). */
export function isUsableWorker(file) {
  return existsSync(file) && spawnSync(file, { env: {} }).status === EXIT_CODE_WITHOUT_VERSION;
}
