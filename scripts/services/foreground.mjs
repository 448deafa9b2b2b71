import { spawn } from 'node:child_process';
import { root } from '../setup/paths.mjs';

/**
 * Runs a program in place of this script: same terminal, same end. SIGINT reaches it from the terminal itself.
 * @returns {Promise<number>} its exit code, 1 when a signal ended it
 */
export async function runForeground(command, args, env = {}) {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' });
  const forward = () => child.kill('SIGTERM');
  const wait = () => {};
  process.on('SIGTERM', forward).on('SIGINT', wait);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    });
  } finally {
    process.off('SIGTERM', forward).off('SIGINT', wait);
  }
}
