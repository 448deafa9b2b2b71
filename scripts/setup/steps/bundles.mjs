import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathWith, runCommand } from '../command.mjs';
import { hashSources, isStamped, writeStamp } from '../content-hash.mjs';
import { logFileOf, root, stateDir } from '../paths.mjs';
import { serviceNode } from './service-node.mjs';

const SHARED_INPUTS = ['shared/src', 'package-lock.json', 'tsconfig.base.json'];

function bundle(workspace, output) {
  const name = `${workspace} build`;
  const stampFile = join(stateDir, `${workspace}.sha256`);
  const currentHash = () => hashSources(root, [workspace, ...SHARED_INPUTS]);
  return {
    name,
    help: `Read the log, or run \`npm run build --workspace ${workspace}\` to see it happen.`,
    isDone: () => existsSync(join(root, output)) && isStamped(stampFile, currentHash()),
    async run(report) {
      // Taken before the build: what is edited while it runs is built next time.
      const hash = currentHash();
      await runCommand('npm', ['run', 'build', '--workspace', workspace], {
        cwd: root,
        env: { PATH: pathWith(dirname(serviceNode())) },
        logFile: logFileOf(name),
        report,
      });
      writeStamp(stampFile, hash);
    },
  };
}

/** The single-page app that the sfu serves at `/`. */
export const dashboardBuild = bundle('dashboard', 'dashboard/dist/index.html');

/** The agent: Electron's main and preload, and the page that the sfu serves at `/agent`. */
export const agentBuild = bundle('agent', 'agent/out/renderer/index.html');

/** `sightline-verify` as one file, which the recorder puts into evidence packages. */
export const verifierBuild = bundle('recorder', 'recorder/dist/sightline-verify.mjs');
