import { join, resolve } from 'node:path';
import { root } from '../setup/paths.mjs';
import { SetupError } from '../setup/setup-error.mjs';

function portOf(name, value, fallback) {
  const port = value ? Number(value) : fallback;
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new SetupError(`${name}=${value} is not a port`, { help: 'Give a number from 1 to 65535.' });
}

/**
 * Where the services of this machine are found. The services check the rest of their environment themselves.
 * @returns {{ port: number, recorderPort: number, url: string, recorderUrl: string, dataDir: string, recordingsDir: string }}
 */
export function readSettings(env) {
  const port = portOf('SIGHTLINE_PORT', env.SIGHTLINE_PORT, 3000);
  const recorderPort = portOf('SIGHTLINE_RECORDER_PORT', env.SIGHTLINE_RECORDER_PORT, 3001);
  const dataDir = resolve(root, env.SIGHTLINE_DATA_DIR || 'data');
  return {
    port,
    recorderPort,
    url: `http://127.0.0.1:${port}`,
    recorderUrl: `http://127.0.0.1:${recorderPort}`,
    dataDir,
    recordingsDir: join(dataDir, 'recordings'),
  };
}
