import type { Page } from 'playwright-core';
import {
  playbackGrants,
  recordedSession,
  sessionList,
  type PlaybackGrants,
  type PlaybackOrder,
  type RecordedSession,
} from '@sightline/shared';
import { openAgentScreen, type AgentScreen, type Bounds } from './agentScreen.ts';
import { launchViewerChromium } from './chromium.ts';
import { createCleanup, type Closable } from './cleanup.ts';
import type { Display } from './display.ts';
import { enrolmentLink } from './enrolment.ts';
import type { NetworkNamespace } from './netns.ts';
import { watchVideo, type PageProbe } from './pageProbe.ts';
import type { Stack } from './stack.ts';
import { until } from './until.ts';

/** Cold browsers on two busy cores. */
const PAGE_MS = 30_000;

/** What the agent page calls the first display that it shares. */
export const FIRST_TRACK = 'display-1';

/** A real screen, with the pattern on it, that a real agent page shares. */
export interface SharedScreen extends AgentScreen {
  readonly sessionId: string;
}

/** What the agent page says of itself. */
export const agentState = (page: Page): Promise<string | null> =>
  page.getByTestId('agent').getAttribute('data-state');

/** Presses a button of the agent's page without raising its window above the pattern's. */
export const press = (agentPage: Page, testId: string): Promise<void> =>
  agentPage.getByTestId(testId).evaluate((button: HTMLElement) => button.click());

/** Presses "Share a screen" and waits until the server has the session. Returns the session's id. */
export async function share(agentPage: Page): Promise<string> {
  await press(agentPage, 'share');
  await agentPage
    .locator('[data-testid="agent"][data-state="streaming"][data-session-id]')
    .waitFor({ timeout: PAGE_MS });
  const sessionId = await agentPage.getByTestId('agent').getAttribute('data-session-id');
  if (sessionId === null) throw new Error('the agent streams without a session');
  return sessionId;
}

/** Opens an agent on a display, enrols it, shares its screen, and returns when it streams. */
export async function shareScreen(options: {
  display: Display;
  stack: Stack;
  user: string;
  /** Default all of the display. */
  bounds?: Bounds;
  network?: NetworkNamespace;
  /** Where the agent reaches the server; the server's own port by default. */
  port?: number;
  profile?: string;
  clockAheadMs?: number;
  sound?: boolean;
}): Promise<SharedScreen> {
  const { display, stack, user, bounds, network, port, profile, clockAheadMs, sound } = options;
  const link = new URL(await enrolmentLink(stack.api, { user, host: 'e2e' }));
  if (port !== undefined) link.port = String(port);
  const screen = await openAgentScreen({
    display,
    agentUrl: link.href,
    framesPerSecond: 30,
    ...(bounds === undefined ? {} : { bounds }),
    ...(network === undefined ? {} : { network }),
    ...(profile === undefined ? {} : { profile }),
    ...(clockAheadMs === undefined ? {} : { clockAheadMs }),
    ...(sound === undefined ? {} : { sound }),
  });
  try {
    return { ...screen, sessionId: await share(screen.agentPage) };
  } catch (error) {
    await screen.close();
    throw error;
  }
}

/** A dashboard in a browser of its own. */
export interface Dashboard extends Closable {
  readonly page: Page;
  /** Waits for the tile of a streaming user, and for its picture. */
  tile(user: string): Promise<void>;
  /** Waits until the user's tile says so of the user's connection. */
  presence(user: string, state: 'online' | 'reconnecting'): Promise<void>;
  /** Watches the small picture on a tile of the user's, of the first display unless told otherwise. */
  watchTile(user: string, trackId?: string): Promise<PageProbe>;
  /** Clicks such a tile and watches the full picture. */
  focus(user: string, trackId?: string): Promise<PageProbe>;
}

/** Opens the wall as the owner. */
export async function openDashboard(stack: Stack): Promise<Dashboard> {
  const cleanup = createCleanup();
  const chromium = cleanup.use(await launchViewerChromium());
  await chromium.context.addCookies([{ ...(await stack.signIn()).cookie(), url: stack.url }]);
  const page = await chromium.context.newPage();
  await page.goto(`${stack.url}/`);
  const tileOf = (user: string, trackId: string): string =>
    `[data-testid="tile"][data-track-id="${trackId}"]:has-text("${user}")`;
  return {
    page,
    async tile(user) {
      await page
        .locator('[data-testid="tile"][data-state="streaming"]', { hasText: user })
        .first()
        .waitFor({ timeout: PAGE_MS });
    },
    presence: (user, state) =>
      page
        .locator(`[data-testid="tile"][data-presence="${state}"]`, { hasText: user })
        .first()
        .waitFor({ state: 'attached', timeout: PAGE_MS }),
    watchTile: (user, trackId = FIRST_TRACK) => watchVideo(page, `${tileOf(user, trackId)} video`),
    async focus(user, trackId = FIRST_TRACK) {
      await page.locator(tileOf(user, trackId)).click({ timeout: PAGE_MS });
      return cleanup.use(await watchVideo(page, '[data-testid="focus-video"]'));
    },
    close: () => cleanup.close(),
  };
}

/** All sessions on record, the newest first. */
export const listSessions = async (stack: Stack): Promise<RecordedSession[]> =>
  sessionList.parse(await stack.api('GET', '/api/v1/sessions')).sessions;

/** One session on record. */
export const findSession = async (stack: Stack, sessionId: string): Promise<RecordedSession> =>
  recordedSession.parse(await stack.api('GET', `/api/v1/sessions/${sessionId}`));

/** A URL that plays a recorded track; of one recorder, if one is named. */
export async function playback(
  stack: Stack,
  sessionId: string,
  trackId = FIRST_TRACK,
  recorderId?: string,
): Promise<PlaybackGrants> {
  const order: PlaybackOrder = {
    ...{ kind: 'session', sessionId, trackId },
    ...(recorderId !== undefined && { recorderId }),
  };
  return playbackGrants.parse(await stack.api('POST', '/api/v1/playback', order));
}

/** Waits until the track's newest run has `recordedMs` of media on record and returns its id. */
export function recordedRun(
  stack: Stack,
  sessionId: string,
  {
    recordedMs,
    otherThan = [],
    trackId = FIRST_TRACK,
  }: { recordedMs: number; otherThan?: string[]; trackId?: string },
): Promise<string> {
  return until(
    `a run of ${sessionId} with ${recordedMs} ms on record`,
    async () => {
      const { tracks } = await findSession(stack, sessionId);
      const run = tracks.find((track) => track.trackId === trackId)?.runs.at(-1);
      const wanted = run !== undefined && !otherThan.includes(run.runId) && run.recordedMs >= recordedMs;
      return wanted ? run.runId : undefined;
    },
    { timeoutMs: 60_000, intervalMs: 250 },
  );
}
