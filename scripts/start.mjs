import { readSettings } from './services/settings.mjs';
import { runServices, stopSignal } from './services/run-services.mjs';
import { setUp } from './setup/main.mjs';
import { formatElapsed } from './setup/runner.mjs';
import { runScript } from './setup/setup-error.mjs';

function readyMessage(settings, elapsedMs) {
  return `
Sightline is ready (${formatElapsed(elapsedMs)}).

  Dashboard       ${settings.url}/
  Sign in as      ${process.env.SIGHTLINE_OWNER_EMAIL || 'owner@localhost'}, at the first start with the password printed above
  Share a screen  by the link that the dashboard makes under Enrolment
  Recordings      ${settings.recordingsDir}

  Ctrl-C stops it.
`;
}

await runScript(async () => {
  const startMs = Date.now();
  const settings = readSettings(process.env);
  const tools = await setUp('run');
  const stopped = stopSignal();
  const services = await runServices({ settings, tools, stopped, print: console.log });
  if (services.ready) console.log(readyMessage(settings, Date.now() - startMs));
  const failure = await Promise.race([stopped.then(() => undefined), services.failed]);
  await services.stop();
  if (failure) throw failure;
});
