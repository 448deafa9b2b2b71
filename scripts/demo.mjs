import { runServices, stopSignal } from './services/run-services.mjs';
import { startProcess } from './services/service-process.mjs';
import { readSettings } from './services/settings.mjs';
import { setUp } from './setup/main.mjs';
import { formatElapsed } from './setup/runner.mjs';
import { SetupError, runScript } from './setup/setup-error.mjs';

function startScreen({ node, agentUrl }) {
  let sharing = false;
  return startProcess({
    name: 'screen',
    node,
    args: ['scripts/demo/share-screen.mjs', agentUrl],
    isReady: async () => sharing,
    env: process.env,
    print: (line) => {
      sharing ||= line.endsWith('sharing the screen');
      console.log(line);
    },
  });
}

function readyMessage(settings, elapsedMs) {
  return `
A screen is being shared and recorded (${formatElapsed(elapsedMs)}).

  Watch it     open ${settings.url}/
  Recordings   ${settings.recordingsDir}

  Ctrl-C stops everything.
`;
}

await runScript(async () => {
  const startMs = Date.now();
  const settings = readSettings(process.env);
  const tools = await setUp('test');
  const stopped = stopSignal();
  const services = await runServices({ settings, tools, stopped, print: console.log });
  if (!services.ready) return services.stop();
  const agentUrl = `${settings.url}/agent/?user=Demo%20agent&host=demo-screen`;
  const screen = startScreen({ node: tools.node, agentUrl });
  const screenFailed = screen.ended.then(
    (how) => new SetupError(`the demo screen ended (${how})`, { help: 'The lines above say why.' }),
  );
  try {
    const ended = Promise.race([stopped.then(() => undefined), services.failed, screenFailed]);
    const shown = screen.ready().then(() => console.log(readyMessage(settings, Date.now() - startMs)));
    const failure = await Promise.race([ended, shown.then(() => ended)]);
    if (failure) throw failure;
  } finally {
    await screen.stop();
    await services.stop();
  }
});
