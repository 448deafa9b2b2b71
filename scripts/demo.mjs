import { runServices, stopSignal } from './services/run-services.mjs';
import { secretOf } from './services/secret.mjs';
import { startProcess } from './services/service-process.mjs';
import { readSettings } from './services/settings.mjs';
import { setUp } from './setup/main.mjs';
import { formatElapsed } from './setup/runner.mjs';
import { SetupError, runScript } from './setup/setup-error.mjs';

const DEMO_DATA_DIR = 'data/demo';
const OWNER_PASSWORD_BYTES = 12;

/** The environment of a demo: a database, an owner and recordings of its own. */
function demoEnvironment() {
  const environment = { ...process.env, SIGHTLINE_DATA_DIR: DEMO_DATA_DIR, DATABASE_URL: '' };
  const settings = readSettings(environment);
  return {
    settings,
    environment: {
      ...environment,
      SIGHTLINE_OWNER_EMAIL: 'owner@localhost',
      SIGHTLINE_OWNER_PASSWORD: secretOf(settings.dataDir, 'owner', OWNER_PASSWORD_BYTES),
    },
  };
}

function startScreen({ node, url, environment }) {
  let sharing = false;
  return startProcess({
    name: 'screen',
    node,
    args: ['scripts/demo/share-screen.mjs', url],
    isReady: async () => sharing,
    env: environment,
    print: (line) => {
      sharing ||= line.endsWith('sharing the screen');
      console.log(line);
    },
  });
}

function readyMessage(settings, environment, elapsedMs) {
  return `
A screen is being shared and recorded (${formatElapsed(elapsedMs)}).

  Watch it     open ${settings.url}/
  Sign in as   ${environment.SIGHTLINE_OWNER_EMAIL}
  Password     ${environment.SIGHTLINE_OWNER_PASSWORD}
  Recordings   ${settings.recordingsDir}

  Ctrl-C stops everything.
`;
}

await runScript(async () => {
  const startMs = Date.now();
  const { settings, environment } = demoEnvironment();
  const tools = await setUp('test');
  const stopped = stopSignal();
  const services = await runServices({ settings, environment, tools, stopped, print: console.log });
  if (!services.ready) return services.stop();
  const screen = startScreen({ node: tools.node, url: settings.sfuUrl, environment });
  const screenFailed = screen.ended.then(
    (how) => new SetupError(`the demo screen ended (${how})`, { help: 'The lines above say why.' }),
  );
  try {
    const ended = Promise.race([stopped.then(() => undefined), services.failed, screenFailed]);
    const shown = screen
      .ready()
      .then(() => console.log(readyMessage(settings, environment, Date.now() - startMs)));
    const failure = await Promise.race([ended, shown.then(() => ended)]);
    if (failure) throw failure;
  } finally {
    await screen.stop();
    await services.stop();
  }
});
