import { SetupError } from '../setup/setup-error.mjs';
import { requireFreePort } from './free-port.mjs';
import { recorderSecret } from './recorder-secret.mjs';
import { startProcess } from './service-process.mjs';

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
 * Starts sfu and recorder and resolves when both answer, or at a signal.
 * @param {object} options
 * @param {ReturnType<typeof import('./settings.mjs').readSettings>} options.settings
 * @param {{ node: string, worker: string }} options.tools what set-up found
 * @param {Promise<unknown>} options.stopped ends the wait for readiness
 * @throws {SetupError} when one of them cannot start; none is left running then
 */
export async function runServices({ settings, tools, stopped, print }) {
  await requireFreePort(settings.port, 'SIGHTLINE_PORT');
  await requireFreePort(settings.recorderPort, 'SIGHTLINE_RECORDER_PORT');
  const env = {
    SIGHTLINE_RECORDER_SECRET: recorderSecret(settings.dataDir),
    ...process.env,
    SIGHTLINE_PORT: String(settings.port),
    SIGHTLINE_RECORDER_PORT: String(settings.recorderPort),
    SIGHTLINE_SFU_URL: settings.url,
    SIGHTLINE_DASHBOARD_ORIGIN: `${settings.url},http://localhost:${settings.port}`,
    SIGHTLINE_DATA_DIR: settings.dataDir,
    SIGHTLINE_WORKER_BIN: tools.worker,
  };
  const start = (name, url) =>
    startProcess({
      name,
      node: tools.node,
      args: [`${name}/src/main.ts`],
      isReady: () => isHealthy(url),
      env,
      print,
    });
  const sfu = start('sfu', settings.url);
  const recorder = start('recorder', settings.recorderUrl);
  const services = [recorder, sfu];

  const running = {
    /** False when a signal came before both answered. */
    ready: false,
    /** Resolves with a SetupError when one of the services ends by itself. */
    failed: Promise.race(
      services.map(
        async ({ name, ended }) =>
          new SetupError(`${name} ended (${await ended})`, {
            help: 'The lines above say why. Start again with npm start.',
          }),
      ),
    ),
    /** The recorder ends first, while the sfu can still take its last announcements. */
    async stop() {
      for (const service of services) await service.stop();
    },
  };
  try {
    const allReady = Promise.all(services.map((service) => service.ready()));
    running.ready = await Promise.race([allReady.then(() => true), stopped.then(() => false)]);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}
