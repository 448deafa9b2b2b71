import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  accountList,
  accountWithPassword,
  AGENT_NAMESPACE,
  enrolment,
  PROTOCOL_VERSION,
  type Role,
} from '@sightline/shared';
import type { Page } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import { launchViewerChromium, type Chromium } from './harness/chromium.ts';
import { createCleanup } from './harness/cleanup.ts';
import { firstCompany } from './harness/enrolment.ts';
import { callApi } from './harness/session.ts';
import { startStack, type Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';

const GRACE_SECONDS = 4;
const PASSWORD = 'chosen by oneself, and long';
const machine = { userName: 'ann', hostName: 'till-4', os: 'Debian 12' };

const cleanup = createCleanup();
let stack: Stack;
let chromium: Chromium;
let page: Page;
let credential: string;

beforeAll(async () => {
  stack = cleanup.use(await startStack({ recorder: false, graceSeconds: GRACE_SECONDS }));
  chromium = cleanup.use(await launchViewerChromium());
  page = await chromium.context.newPage();
});

afterAll(() => cleanup.close());

/** Makes an account, as its owner would, and returns its one-time password. */
async function createAccount(email: string, role: Role): Promise<string> {
  const grants = [{ role, companyId: await firstCompany(stack.api), groupId: null }];
  const made = await stack.api('POST', '/api/v1/accounts', { email, name: email.split('@')[0], grants });
  return accountWithPassword.parse(made).oneTimePassword;
}

async function signIn(tab: Page, email: string, password: string): Promise<void> {
  await tab.getByLabel('E-mail address').fill(email);
  await tab.getByLabel('Password').fill(password);
  await tab.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function choosePassword(tab: Page, oneTimePassword: string): Promise<void> {
  await tab.getByTestId('new-password').waitFor();
  await tab.getByLabel('One-time password').fill(oneTimePassword);
  await tab.getByLabel('New password, at least 12 characters').fill(PASSWORD);
  await tab.getByLabel('New password again').fill(PASSWORD);
  await tab.getByRole('button', { name: 'Change password' }).click();
}

/** Connects as the enrolled machine does. */
async function connectAgent(): Promise<Socket> {
  const socket = io(`${stack.url}${AGENT_NAMESPACE}`, {
    auth: { protocolVersion: PROTOCOL_VERSION, credential },
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  cleanup.use({ close: () => Promise.resolve(void socket.close()) });
  const answer: unknown = await socket
    .timeout(5_000)
    .emitWithAck('client-connected', { machine, lastSeenMessage: 0 });
  expect(answer).toMatchObject({ ok: true });
  return socket;
}

/** Waits until the list beside the wall says so of ann. */
const listed = (state: string): Promise<void> =>
  page
    .locator(`[data-testid="idle-client"][data-state="${state}"]`, { hasText: 'ann@till-4' })
    .waitFor({ timeout: 10_000 });
const onlineCount = (): Promise<string | null> =>
  page.getByTestId('connected-count').getAttribute('data-count');

describe('the dashboard', () => {
  it('lets nobody in without a password of their own, and then shows what was asked for', async () => {
    const oneTimePassword = await createAccount('dora@e2e.example', 'admin');
    await page.goto(`${stack.url}/admin/enrolment`);
    await signIn(page, 'dora@e2e.example', oneTimePassword);
    await page.getByTestId('new-password').waitFor();
    await page.goto(`${stack.url}/admin/enrolment`);
    await choosePassword(page, oneTimePassword);
    await page.getByTestId('enrolment').waitFor();
    expect(new URL(page.url()).pathname).toBe('/admin/enrolment');
  });

  it('makes a link with which a machine enrols', async () => {
    await page.getByTestId('new-token').click();
    await page.getByRole('button', { name: 'Make link' }).click();
    const link = new URL(await page.getByTestId('secret').inputValue());
    const secret = new URLSearchParams(link.hash.slice(1)).get('enrol');
    const enrolled = await callApi(stack.url, 'POST', '/api/v1/enrol', { secret, machine });
    ({ credential } = enrolment.parse(enrolled));
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('link', { name: 'Live' }).click();
    await listed('offline');
    expect(await page.getByTestId('presence').innerText()).toBe('Never seen');
  });

  it('shows who is online, who is coming back and how long that may take, and who was seen when', async () => {
    const socket = await connectAgent();
    await listed('online');
    expect(await onlineCount()).toBe('1');
    socket.io.engine.close();
    await listed('reconnecting');
    expect(await page.getByTestId('presence').innerText()).toMatch(/^Reconnecting, [0-4] s$/);
    expect(await onlineCount()).toBe('0');
    await listed('offline');
    expect(await page.getByTestId('presence').innerText()).toMatch(/^Seen \d+ s ago$/);
    await connectAgent();
    await listed('online');
  });

  it('cuts a machine off that is revoked', async () => {
    const socket = await connectAgent();
    const cutOff = new Promise((resolve) => socket.once('disconnect', resolve));
    const told = new Promise((resolve) => socket.once('device-revoked', resolve));
    await page.getByRole('link', { name: 'Administration' }).click();
    await page.getByTestId('revoke').click();
    await page.getByTestId('confirm').click();
    await Promise.all([told, cutOff]);
    await page.getByText('No device matches.').waitFor();
    await page.getByRole('link', { name: 'Live' }).click();
    await page.getByText('Nobody.').waitFor();
    expect(await onlineCount()).toBe('0');
  });

  it('keeps recordings as long as it is told to, and longer what is held', async () => {
    await page.goto(`${stack.url}/admin/companies`);
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByLabel('Days at most').fill('90');
    expect(await page.getByTestId('retention-sentence').innerText()).toContain(
      'deleted 90 days after it ended',
    );
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('At most 90 days').waitFor();

    await page.goto(`${stack.url}/recordings/holds`);
    await page.getByTestId('new-hold').click();
    await page.getByLabel('What is held').selectOption('company');
    await page.getByLabel('Reason').fill('file 77');
    await page.getByRole('button', { name: 'Place the hold' }).click();
    await page.getByTestId('release').click();
    await page.getByLabel('Why it is released').fill('settled');
    await page.getByTestId('confirm-release').click();
    await page.getByText('Nothing is held.').waitFor();
  });

  it('shows a supervisor what is live and nothing to administer', async () => {
    const oneTimePassword = await createAccount('sue@e2e.example', 'supervisor');
    const other = cleanup.use(await launchViewerChromium());
    const tab = await other.context.newPage();
    await tab.goto(stack.url);
    await signIn(tab, 'sue@e2e.example', oneTimePassword);
    await choosePassword(tab, oneTimePassword);
    await tab.locator('[data-testid="connection"][data-state="connected"]').waitFor();
    expect(await tab.getByRole('navigation', { name: 'Pages' }).innerText()).toBe('Live\nIdle');
    await tab.goto(`${stack.url}/admin/devices`);
    await tab.getByTestId('connected-count').waitFor();
    expect(new URL(tab.url()).pathname).toBe('/');
    await other.close();
  });

  it('loads itself anew when the parts that it asks for are gone since an update', async () => {
    const other = cleanup.use(await launchViewerChromium());
    await other.context.addCookies([{ ...(await stack.signIn()).cookie(), url: stack.url }]);
    const tab = await other.context.newPage();
    await tab.goto(stack.url);
    await tab.getByTestId('connected-count').waitFor();
    let missing = 0;
    const parts = /\/assets\/(SectionView|DevicesView)-.*\.js$/;
    await tab.route(parts, (route) => {
      missing += 1;
      return route.fulfill({ status: 404 });
    });
    tab.on('framenavigated', () => void tab.unroute(parts));
    await tab.getByRole('link', { name: 'Administration' }).click();
    await tab.getByTestId('devices').waitFor();
    expect(missing).toBeGreaterThan(0);
    await other.close();
  });

  it('lets those in who only see recordings, without a live connection', async () => {
    const oneTimePassword = await createAccount('carl@e2e.example', 'compliance');
    const other = cleanup.use(await launchViewerChromium());
    const tab = await other.context.newPage();
    await tab.goto(stack.url);
    await signIn(tab, 'carl@e2e.example', oneTimePassword);
    await choosePassword(tab, oneTimePassword);
    await tab.getByTestId('recordings').waitFor();
    expect(await tab.getByTestId('connection').count()).toBe(0);
    expect(await tab.getByRole('navigation', { name: 'Recordings' }).innerText()).toBe(
      'Sessions\nBy user and day\nExports\nHolds\nStorage',
    );
    await tab.getByRole('link', { name: 'Storage' }).click();
    await tab.getByText('No recorder has ever been here').waitFor();
    await other.close();
  });

  it('throws every other browser out when somebody signs out everywhere, and says why', async () => {
    const elsewhere = cleanup.use(await launchViewerChromium());
    const tab = await elsewhere.context.newPage();
    await tab.goto(stack.url);
    await signIn(tab, 'dora@e2e.example', PASSWORD);
    await tab.getByTestId('account-menu').click();
    await tab.getByRole('link', { name: 'Account' }).click();
    await tab.getByTestId('everywhere').click();
    await tab.getByTestId('confirm').click();
    await tab.getByTestId('sign-in').waitFor();
    await page.getByTestId('sign-in').waitFor({ timeout: 5_000 });
    expect(await page.getByTestId('note').innerText()).toContain('the session has ended');
    await until('the account to be offline', async () => !(await isOnline('dora@e2e.example')), {
      timeoutMs: 5_000,
    });
  });
});

async function isOnline(email: string): Promise<boolean> {
  const { accounts } = accountList.parse(await stack.api('GET', '/api/v1/accounts'));
  return accounts.some((account) => account.email === email && account.online);
}
