import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runForeground } from './services/foreground.mjs';
import { root } from './setup/paths.mjs';
import { setUp } from './setup/main.mjs';
import { runScript } from './setup/setup-error.mjs';
import { pathWith } from './setup/command.mjs';
import { addUp, summaryLine } from './test/summary.mjs';

async function runProject(project, projectArgs, { node, worker }) {
  const reportFile = join(root, '.cache/test', `${project}.json`);
  mkdirSync(dirname(reportFile), { recursive: true });
  rmSync(reportFile, { force: true });
  const args = [
    ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
    ['--selectProjects', project, '--passWithNoTests', '--json', `--outputFile=${reportFile}`],
    projectArgs,
    process.argv.slice(2),
  ].flat();
  const env = { PATH: pathWith(dirname(node)), SIGHTLINE_WORKER_BIN: worker };
  const status = await runForeground(node, args, env);
  const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : undefined;
  return { status, report };
}

await runScript(async () => {
  const tools = await setUp('test');
  const runs = [
    await runProject('unit', [], tools),
    await runProject('services', ['--maxWorkers=2'], tools),
    // Real screens, browsers and encoders: one file at a time, or they measure each other.
    await runProject('e2e', ['--runInBand'], tools),
  ];
  const totals = addUp(runs.map(({ report }) => report));
  if (totals.failed > 0 || runs.some(({ status }) => status !== 0)) process.exitCode = 1;
  if (totals.skipped > 0) console.log(`${totals.skipped} skipped`);
  console.log(summaryLine(totals));
});
