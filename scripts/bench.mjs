import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runForeground } from './services/foreground.mjs';
import { root } from './setup/paths.mjs';
import { setUp } from './setup/main.mjs';
import { SetupError, runScript } from './setup/setup-error.mjs';

await runScript(async () => {
  const [name, ...args] = process.argv.slice(2);
  const file = join(root, 'bench', `${name}.ts`);
  if (!name || !existsSync(file)) {
    const names = readdirSync(join(root, 'bench'))
      .filter((entry) => entry.endsWith('.ts'))
      .map((entry) => `npm run bench -- ${entry.slice(0, -'.ts'.length)}`);
    throw new SetupError(name ? `there is no benchmark "${name}"` : 'which benchmark?', {
      help: names.join('\n'),
    });
  }
  const { node, worker } = await setUp('test');
  process.exitCode = await runForeground(node, [file, ...args], { SIGHTLINE_WORKER_BIN: worker });
});
