import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runForeground } from './services/foreground.mjs';
import { readSettings } from './services/settings.mjs';
import { logFileOf, root } from './setup/paths.mjs';
import { runCommand } from './setup/command.mjs';
import { setUp } from './setup/main.mjs';
import { SetupError, runScript } from './setup/setup-error.mjs';

const electronDirectory = join(root, 'node_modules/electron');

/** Path of Electron's binary; its npm package notes it in path.txt once it is there. */
function findElectron() {
  const note = join(electronDirectory, 'path.txt');
  if (!existsSync(note)) return undefined;
  const binary = join(electronDirectory, 'dist', readFileSync(note, 'utf8').trim());
  return existsSync(binary) ? binary : undefined;
}

async function provideElectron(node) {
  const logFile = logFileOf('electron');
  const report = (line) => console.error(`  ${line}`);
  report('fetching Electron, about 100 MB, once');
  await runCommand(node, [join(electronDirectory, 'install.js')], { logFile, report });
  return findElectron();
}

await runScript(async () => {
  const { url } = readSettings(process.env);
  const { node } = await setUp('run');
  let electron = findElectron();
  try {
    electron ??= await provideElectron(node);
  } catch (error) {
    throw new SetupError('Electron could not be fetched on this machine.', {
      help: `The same agent runs in a browser: ${url}/agent (start the services with npm start).`,
      logFile: error.logFile,
      cause: error,
    });
  }
  process.exitCode = await runForeground(electron, [join(root, 'agent')], { SIGHTLINE_URL: url });
});
