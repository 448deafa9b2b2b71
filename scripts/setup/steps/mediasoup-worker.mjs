import { logFileOf } from '../paths.mjs';
import { SetupError } from '../setup-error.mjs';
import { buildWorker } from '../worker/build.mjs';
import { mediasoupPackage, workerCachePaths } from '../worker/cache-path.mjs';
import { fetchPrebuilt } from '../worker/prebuilt.mjs';
import { isUsableWorker } from '../worker/usable.mjs';

const name = 'mediasoup worker';

/** Path of a worker that runs here: `SIGHTLINE_WORKER_BIN`, or the cached one; undefined when there is none. */
export function findWorker(env = process.env) {
  if (env.SIGHTLINE_WORKER_BIN) return env.SIGHTLINE_WORKER_BIN;
  const { prebuilt, built } = workerCachePaths();
  return [prebuilt, built].find(isUsableWorker);
}

/** The media engine of the sfu, a native program: fetched where that is possible, else built. */
export const mediasoupWorker = {
  name,
  help: 'Read the end of the log. A worker of your own can be given by SIGHTLINE_WORKER_BIN=/path/to/mediasoup-worker.',
  isDone() {
    const worker = findWorker();
    return worker !== undefined && isUsableWorker(worker);
  },
  async run(report) {
    const { SIGHTLINE_WORKER_BIN: given } = process.env;
    if (given) {
      throw new SetupError(`SIGHTLINE_WORKER_BIN=${given} is not a mediasoup-worker that runs here`, {
        help: 'Correct the variable, or unset it to have a worker fetched or built.',
      });
    }
    const options = { logFile: logFileOf(name), report };
    const { directory, manifest } = mediasoupPackage();
    const paths = workerCachePaths({ version: manifest.version });
    const reason = await fetchPrebuilt(manifest, paths.prebuilt, options);
    if (reason === undefined) return;
    report(`no prebuilt worker (${reason}), so it is built here`);
    await buildWorker(directory, paths.built, options);
  },
};
