import { join, resolve } from 'node:path';
import { root } from '../setup/paths.mjs';
import { SetupError } from '../setup/setup-error.mjs';

function portOf(name, value, fallback) {
  const port = value ? Number(value) : fallback;
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new SetupError(`${name}=${value} is not a port`, { help: 'Give a number from 1 to 65535.' });
}

/** The address at which this machine reaches what listens on `host`. */
function localAddress(host) {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * Where the services of this machine are found. The services check the rest of their environment themselves.
 * @returns {{ port: number, recorderPort: number, url: string, sfuUrl: string, recorderUrl: string, dataDir: string, recordingsDir: string }}
 * `url` is for people, `sfuUrl` for what runs beside it.
 */
export function readSettings(env) {
  const port = portOf('SIGHTLINE_PORT', env.SIGHTLINE_PORT, 3000);
  const recorderPort = portOf('SIGHTLINE_RECORDER_PORT', env.SIGHTLINE_RECORDER_PORT, 3001);
  const dataDir = resolve(root, env.SIGHTLINE_DATA_DIR || 'data');
  const hasTls = Boolean(env.SIGHTLINE_TLS_CERT);
  const ownUrl = `${hasTls ? 'https' : 'http'}://${localAddress(env.SIGHTLINE_HOST || '127.0.0.1')}:${port}`;
  const url = (env.SIGHTLINE_PUBLIC_URL || ownUrl).replace(/\/$/, '');
  return {
    port,
    recorderPort,
    url,
    // A certificate is made out to the name under which people come.
    sfuUrl: hasTls ? url : ownUrl,
    recorderUrl:
      (hasTls && env.SIGHTLINE_RECORDER_PUBLIC_URL?.replace(/\/$/, '')) ||
      `http://${localAddress(env.SIGHTLINE_RECORDER_HOST || '127.0.0.1')}:${recorderPort}`,
    dataDir,
    recordingsDir: join(dataDir, 'recordings'),
  };
}
