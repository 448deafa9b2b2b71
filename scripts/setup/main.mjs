import { runSteps } from './runner.mjs';
import { runScript } from './setup-error.mjs';
import { findWorker, mediasoupWorker } from './steps/mediasoup-worker.mjs';
import { npmPackages } from './steps/npm-packages.mjs';
import { serviceNode, serviceNodeStep } from './steps/service-node.mjs';
import { systemPackages } from './steps/system-packages.mjs';
import { agentBuild, dashboardBuild, verifierBuild } from './steps/bundles.mjs';

/**
 * Provides everything that is missing, and nothing else.
 * @param {'run' | 'test'} group `test` adds a virtual screen and a browser
 * @returns {Promise<{ node: string, worker: string }>} paths of the services' Node and of the mediasoup worker
 * @throws {SetupError} which says what to do
 */
export async function setUp(group = 'run') {
  await runSteps(
    [
      systemPackages(group),
      npmPackages,
      serviceNodeStep,
      mediasoupWorker,
      dashboardBuild,
      agentBuild,
      verifierBuild,
    ],
    { print: (line) => console.error(line), now: Date.now },
  );
  return { node: serviceNode(), worker: findWorker() };
}

if (import.meta.filename === process.argv[1]) {
  await runScript(async () => {
    await setUp('test');
    console.error('✓ everything is set up: npm start, npm run demo, npm test');
  });
}
