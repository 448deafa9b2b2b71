import { SetupError } from '../setup/setup-error.mjs';
import { requireFreePort } from './free-port.mjs';
import { secretOf } from './secret.mjs';
import { startProcess } from './service-process.mjs';
import { SFU_MEMORY_ENV, SFU_NODE_ARGS } from './sfu-process.mjs';

/** Resolves with its name at the first SIGINT or SIGTERM. Later ones are ignored: stopping has a deadline. */
export function stopSignal() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, resolve);
  });
}

async function isHealthy(url) {
  try {
    return (await fetch(`${url}/healthz`)).ok;
  } catch {
    return false;
  }
}

/**
 * Starts sfu, then recorder, and resolves when both answer, or at a signal.
 * @param {object} options
 * @param {ReturnType<typeof import('./settings.mjs').readSettings>} options.settings
 * @param {NodeJS.ProcessEnv} [options.environment] of the services, beside what the settings say
 * @param {{ node: string, worker: string }} options.tools what set-up found
 * @param {Promise<unknown>} options.stopped ends the wait for readiness
 * @throws {SetupError} when one of them cannot start; none is left running then
 */
export async function runServices({ settings, environment = process.env, tools, stopped, print }) {
  await requireFreePort(settings.port, 'SIGHTLINE_PORT');
  await requireFreePort(settings.recorderPort, 'SIGHTLINE_RECORDER_PORT');
  const env = {
    SIGHTLINE_SERVER_SECRET: secretOf(settings.dataDir, 'server'),
    SIGHTLINE_RECORDER_SECRET: secretOf(settings.dataDir, 'recorder'),
    ...environment,
    SIGHTLINE_PORT: String(settings.port),
    SIGHTLINE_RECORDER_PORT: String(settings.recorderPort),
    SIGHTLINE_SFU_URL: settings.sfuUrl,
    SIGHTLINE_DASHBOARD_ORIGIN: `${settings.url},${settings.sfuUrl},http://localhost:${settings.port}`,
    SIGHTLINE_DATA_DIR: settings.dataDir,
    SIGHTLINE_WORKER_BIN: tools.worker,
  };
  let signalled = false;
  void stopped.then(() => {
    signalled = true;
  });
  // The one started last comes first: the recorder ends while the sfu can still take its last announcements.
  const services = [];
  const stop = async () => {
    for (const service of services) await service.stop();
  };
  try {
    for (const [name, url] of [
      ['sfu', settings.sfuUrl],
      ['recorder', settings.recorderUrl],
    ]) {
      if (signalled) break;
      const args = [...(name === 'sfu' ? SFU_NODE_ARGS : []), `${name}/src/main.ts`];
      const service = startProcess({
        name,
        node: tools.node,
        args,
        isReady: () => isHealthy(url),
        env: name === 'sfu' ? { ...SFU_MEMORY_ENV, ...env } : env,
        print,
      });
      services.unshift(service);
      await Promise.race([service.ready(), stopped]);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    /** False when the signal came before both answered. */
    ready: !signalled,
    /** Resolves with a SetupError when one of them ends by itself. */
    failed: Promise.race(
      services.map(async ({ name, ended }) => {
        const help = 'The lines above say why. Start again with npm start.';
        return new SetupError(`${name} ended (${await ended})`, { help });
      }),
    ),
    stop,
  };
}
