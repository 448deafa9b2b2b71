import type { Clock } from '@sightline/shared';
import type { BrowserWindowConstructorOptions } from 'electron';
import type { OwnPage } from './ownPage.ts';

const RETRY_MS = 3_000;
/** Chromium's net error for a load that another load took the place of. */
const ABORTED = -3;

interface Preventable {
  preventDefault(): void;
}

/** The part of Electron's WebContents that is guarded. */
export interface GuardedContents {
  setWindowOpenHandler(handler: () => { action: 'deny' }): void;
  on(
    event: 'will-navigate' | 'will-redirect',
    listener: (event: Preventable & { url: string }) => void,
  ): unknown;
  on(event: 'will-attach-webview', listener: (event: Preventable) => void): unknown;
}

/** The part of Electron's BrowserWindow that loads the page. */
export interface LoadingWindow {
  loadURL(url: string): Promise<void>;
  isDestroyed(): boolean;
}

/** A window for a page that is trusted no more than any other: no Node, its own world, a sandbox. */
export function windowOptions(preloadPath: string): BrowserWindowConstructorOptions {
  return {
    width: 760,
    height: 680,
    title: 'Sightline agent',
    autoHideMenuBar: true,
    webPreferences: {
      preload: preloadPath,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      // A hidden window goes on measuring, reporting and reconnecting.
      backgroundThrottling: false,
    },
  };
}

/** Keeps the window on our own page: no other windows, no way elsewhere, no embedded pages. */
export function guardContents(contents: GuardedContents, page: OwnPage): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  const stay = (event: Preventable & { url: string }): void => {
    if (!page.includes(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

/** Shows the page; while the server cannot be reached, says so and tries again every 3 s. */
export async function loadPage(window: LoadingWindow, page: OwnPage, clock: Clock): Promise<void> {
  try {
    await window.loadURL(page.url);
  } catch (error) {
    if (window.isDestroyed() || isAborted(error)) return;
    clock.after(RETRY_MS, () => {
      if (!window.isDestroyed()) void loadPage(window, page, clock);
    });
    await window.loadURL(offlinePage(page));
  }
}

function isAborted(error: unknown): boolean {
  return error instanceof Error && 'errno' in error && error.errno === ABORTED;
}

function offlinePage({ url }: OwnPage): string {
  const server = new URL(url).origin;
  const html = `<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title>Sightline agent</title>
<body style="font:1rem/1.5 system-ui;margin:15vh auto;max-width:32rem;padding:0 1rem">
<h1 style="font-size:1.375rem">The server cannot be reached</h1>
<p>Nothing is shared. Sightline tries ${server} again every few seconds.</p>`;
  return `data:text/html;charset=utf-8,${encodeURIComponent(html)}`;
}
