import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { installMissing, missingOf } from '../apt.mjs';
import { runCommand } from '../command.mjs';
import { root } from '../paths.mjs';

const BUILD = [
  { package: 'meson', command: 'meson' },
  { package: 'ninja-build', command: 'ninja' },
  { package: 'g++', command: 'g++' },
  { package: 'pkg-config', command: 'pkg-config' },
  { package: 'flatbuffers-compiler', command: 'flatc' },
  { package: 'libuv1-dev', module: 'libuv' },
  { package: 'libssl-dev', module: 'openssl' },
  { package: 'libsrtp2-dev', module: 'libsrtp2' },
  { package: 'libabsl-dev', module: 'absl_base' },
  { package: 'libflatbuffers-dev', module: 'flatbuffers' },
];

/** `[134/261] Compiling C++ object …` → `compiled 134 of 261 files` */
export function buildProgress(line) {
  const [, done, total] = line.match(/^\[(\d+)\/(\d+)\]/) ?? [];
  if (done) return `compiled ${done} of ${total} files`;
  return line.startsWith('waiting for') ? line : undefined;
}

/** Builds the worker from the sources in the npm package to `target`. Takes minutes. */
export async function buildWorker(packageDirectory, target, { logFile, report }) {
  const missing = missingOf(BUILD);
  if (missing.length > 0) await installMissing(missing, { logFile, report });
  report('compiling mediasoup-worker, about four minutes on two cores, once per machine');
  // One that is there but was not usable: the libraries that it was linked against are gone.
  rmSync(target, { force: true });
  await runCommand(join(root, 'scripts/mediasoup-worker/build-once.sh'), [packageDirectory, target], {
    logFile,
    report,
    progressOf: buildProgress,
  });
}
