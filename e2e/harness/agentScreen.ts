import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { type Chromium, launchAgentChromium } from './chromium.ts';
import { type Closable, createCleanup } from './cleanup.ts';
import type { Display, ScreenSize } from './display.ts';
import type { NetworkNamespace } from './netns.ts';
import { addSound } from './addedSound.ts';
import { moduleForPage } from './pageModules.ts';

const PATTERN_DIRECTORY = join(import.meta.dirname, '../pattern');
const PATTERN_ORIGIN = 'http://pattern.invalid';

/** Width of a screen of 1280 pixels over the width of its small copy of 480: cells stay 9 pixels wide there. */
const CELLS_PER_SCREEN_WIDTH = 1280 / 24;

export interface Bounds extends ScreenSize {
  readonly left: number;
  readonly top: number;
}

export interface PatternOptions {
  /** Where on the screen the window goes. */
  readonly bounds: Bounds;
  readonly displayId: number;
  readonly framesPerSecond: number;
  /** Adds a terminal that scrolls at every frame: the pattern alone costs too few bits to fill a narrow uplink. */
  readonly busy?: boolean;
}

/** A window that shows the test pattern, above all windows opened before. */
export interface PatternWindow {
  readonly page: Page;
  /** Number and time of the frame on show. */
  shown(): Promise<{ readonly frame: number; readonly wallMs: number }>;
  /** From now on the window does not change by a pixel. */
  freeze(): Promise<void>;
  resume(): Promise<void>;
  move(bounds: Bounds): Promise<void>;
}

export interface AgentScreen extends Closable {
  readonly chromium: Chromium;
  /** The agent's page, in a window below the pattern's. */
  readonly agentPage: Page;
  readonly pattern: PatternWindow;
}

export interface AgentScreenOptions {
  readonly display: Display;
  readonly agentUrl: string;
  /** 30 or 60: the page paints at most at every animation frame. */
  readonly framesPerSecond: number;
  /** Where the windows go, default all of the display. */
  readonly bounds?: Bounds;
  /** As in `PatternOptions`. */
  readonly busy?: boolean;
  readonly network?: NetworkNamespace;
  /** As in `AgentChromiumOptions`. */
  readonly profile?: string;
  /** How far the agent's clock is ahead; the pattern's is right. */
  readonly clockAheadMs?: number;
  /** Whether a tone is shared with the screen. */
  readonly sound?: boolean;
}

async function moveWindow(page: Page, bounds: Bounds): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { windowId } = await session.send('Browser.getWindowForTarget');
  await session.send('Browser.setWindowBounds', { windowId, bounds: { ...bounds, windowState: 'normal' } });
  await session.detach();
}

async function servePattern(context: BrowserContext): Promise<void> {
  await context.route(`${PATTERN_ORIGIN}/**`, async (route) => {
    const path = join(PATTERN_DIRECTORY, new URL(route.request().url()).pathname);
    if (path.endsWith('.ts')) {
      await route.fulfill({ contentType: 'text/javascript', body: await moduleForPage(path) });
    } else if (path.endsWith('.html')) {
      await route.fulfill({ contentType: 'text/html', path });
    } else {
      await route.fulfill({ status: 404 });
    }
  });
}

/**
 * Opens a window that shows the test pattern.
 *
 * @param opener any page of the Chromium that shall show it.
 */
export async function openPattern(opener: Page, options: PatternOptions): Promise<PatternWindow> {
  const { bounds, displayId, framesPerSecond, busy = false } = options;
  const context = opener.context();
  await servePattern(context);
  const parameters = new URLSearchParams({
    displayId: String(displayId),
    fps: String(framesPerSecond),
    cellPx: String(Math.max(24, Math.round(bounds.width / CELLS_PER_SCREEN_WIDTH))),
    ...(busy ? { busy: '1' } : {}),
  });
  const opened = context.waitForEvent('page');
  await opener.evaluate(() => void window.open('about:blank', '_blank', 'popup,width=400,height=300'));
  const page = await opened;
  await moveWindow(page, bounds);
  await page.goto(`${PATTERN_ORIGIN}/patternPage.html?${parameters.toString()}`);
  await page.waitForFunction(() => window.patternPage.shown() !== undefined);
  return {
    page,
    shown: () =>
      page.evaluate(() => {
        const shown = window.patternPage.shown();
        if (shown === undefined) throw new Error('the pattern page has not painted yet');
        return shown;
      }),
    freeze: () => page.evaluate(() => window.patternPage.freeze()),
    resume: () => page.evaluate(() => window.patternPage.resume()),
    move: (next) => moveWindow(page, next),
  };
}

/** Moves the wall clock of a page from its next load on. */
async function setClock(page: Page, aheadMs: number): Promise<void> {
  await page.addInitScript((ms) => {
    const right = Date.now.bind(Date);
    Date.now = () => right() + ms;
  }, aheadMs);
}

/** A Chromium on a display: the agent's page, and over all of the screen a window with the test pattern. */
export async function openAgentScreen(options: AgentScreenOptions): Promise<AgentScreen> {
  const {
    display,
    agentUrl,
    framesPerSecond,
    busy = false,
    network,
    profile,
    clockAheadMs = 0,
    sound = false,
  } = options;
  const bounds = options.bounds ?? { left: 0, top: 0, ...display.size };
  const cleanup = createCleanup();
  const chromium = cleanup.use(
    await launchAgentChromium({
      display,
      ...(network === undefined ? {} : { network }),
      ...(profile === undefined ? {} : { profile }),
    }),
  );
  try {
    const agentPage = chromium.context.pages()[0] ?? (await chromium.context.newPage());
    await moveWindow(agentPage, bounds);
    if (clockAheadMs !== 0) await setClock(agentPage, clockAheadMs);
    if (sound) await addSound(agentPage);
    await agentPage.goto(agentUrl);
    const pattern = await openPattern(agentPage, { bounds, displayId: 1, framesPerSecond, busy });
    return { chromium, agentPage, pattern, close: () => cleanup.close() };
  } catch (error) {
    await cleanup.close();
    throw error;
  }
}
