import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launchAgentChromium } from '../../e2e/harness/chromium.ts';
import { createCleanup } from '../../e2e/harness/cleanup.ts';
import { startDisplay } from '../../e2e/harness/display.ts';
import { enrolmentLink, firstCompany } from '../../e2e/harness/enrolment.ts';
import { signIn } from '../../e2e/harness/session.ts';

const SIZE = { width: 1280, height: 720 };
const MACHINE = { user: 'Demo agent', host: 'demo-screen' };
const SHARING_TIMEOUT_MS = 30_000;
const DESKTOP = pathToFileURL(join(import.meta.dirname, 'desktop.html')).href;

/** Fills the screen with what a page shows: its window's frame ends up above and left of the screen. */
async function fillScreen(page) {
  const session = await page.context().newCDPSession(page);
  const { windowId } = await session.send('Browser.getWindowForTarget');
  const place = (bounds) => session.send('Browser.setWindowBounds', { windowId, bounds });
  await place({ left: 0, top: 0, ...SIZE });
  const frame = await page.evaluate(() => ({
    width: window.outerWidth - window.innerWidth,
    height: window.outerHeight - window.innerHeight,
  }));
  await place({
    left: -Math.floor(frame.width / 2),
    top: -frame.height + Math.floor(frame.width / 2),
    width: SIZE.width + frame.width,
    height: SIZE.height + frame.height,
  });
}

async function openDesktop(agentPage) {
  const opened = agentPage.context().waitForEvent('page');
  await agentPage.evaluate(() => void window.open('about:blank', '_blank', 'popup,width=640,height=480'));
  const desktop = await opened;
  await desktop.goto(DESKTOP);
  await fillScreen(desktop);
}

/** Revokes the screens of earlier demos: they do not come back, and this one takes their name. */
async function revokeEarlierScreens(api) {
  const path = `/api/v1/companies/${await firstCompany(api)}/devices`;
  const { devices } = await api('GET', path);
  const earlier = devices.filter(
    ({ userId, revokedAtMs }) => userId.startsWith(`${MACHINE.user}@${MACHINE.host}`) && revokedAtMs === null,
  );
  for (const { deviceId } of earlier) await api('POST', `${path}/${deviceId}/revoke`);
}

/** Signs in as the owner, enrols a virtual screen and shares it through the agent's page until SIGTERM. */
async function shareScreen(url) {
  const cleanup = createCleanup();
  const stopped = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const { SIGHTLINE_OWNER_EMAIL: email, SIGHTLINE_OWNER_PASSWORD: password } = process.env;
  try {
    const { api } = await signIn(url, { email, password });
    await revokeEarlierScreens(api);
    const display = cleanup.use(await startDisplay({ size: SIZE }));
    const { context } = cleanup.use(await launchAgentChromium({ display }));
    const [agentPage] = context.pages();
    await agentPage.goto(await enrolmentLink(api, MACHINE));
    await agentPage.getByTestId('share').click();
    await openDesktop(agentPage);
    await agentPage.locator('[data-state="streaming"]').waitFor({ timeout: SHARING_TIMEOUT_MS });
    console.log('sharing the screen');
    await stopped;
  } finally {
    await cleanup.close();
  }
}

await shareScreen(process.argv[2]);
