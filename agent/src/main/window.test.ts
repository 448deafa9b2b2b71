import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { ownPage } from './ownPage.ts';
import { guardContents, loadPage, windowOptions } from './window.ts';

const page = ownPage({});

it('gives the page no more rights than a browser would', () => {
  expect(windowOptions('/app/preload.cjs').webPreferences).toMatchObject({
    preload: '/app/preload.cjs',
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
  });
});

describe('the window', () => {
  const listeners = new Map<string, (event: { url: string; preventDefault(): void }) => void>();
  let openHandler: () => { action: string };

  beforeEach(() => {
    guardContents(
      {
        setWindowOpenHandler: (handler) => (openHandler = handler),
        on: (name: string, listener: (event: { url: string; preventDefault(): void }) => void) =>
          listeners.set(name, listener),
      },
      page,
    );
  });

  function isPrevented(name: string, url: string): boolean {
    const preventDefault = jest.fn();
    listeners.get(name)?.({ url, preventDefault });
    return preventDefault.mock.calls.length > 0;
  }

  it('opens no other window and embeds no page', () => {
    expect(openHandler()).toEqual({ action: 'deny' });
    expect(isPrevented('will-attach-webview', page.url)).toBe(true);
  });

  it.each(['will-navigate', 'will-redirect'])('stays on its page (%s)', (name) => {
    expect(isPrevented(name, 'https://elsewhere.example/')).toBe(true);
    expect(isPrevented(name, page.url)).toBe(false);
  });
});

describe('loading the page', () => {
  let clock: ManualClock;
  let loaded: string[];

  beforeEach(() => {
    clock = createManualClock();
    loaded = [];
  });

  async function settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  function windowThat(fails: () => Error | undefined, isDestroyed = () => false) {
    return {
      isDestroyed,
      loadURL: async (url: string) => {
        loaded.push(url.slice(0, 30));
        const error = url === page.url ? fails() : undefined;
        if (error !== undefined) throw error;
      },
    };
  }

  it('says that the server cannot be reached, and tries again until it can', async () => {
    let reachable = false;
    const window = windowThat(() => (reachable ? undefined : new Error('refused')));
    await loadPage(window, page, clock);
    expect(loaded.at(-1)).toMatch(/^data:text\/html/);
    reachable = true;
    clock.advance(3_000);
    await settle();
    expect(loaded.at(-1)).toBe(page.url);
    expect(clock.pending).toBe(0);
  });

  it('leaves it at that when another load took its place, or the window is gone', async () => {
    await loadPage(
      windowThat(() => Object.assign(new Error('aborted'), { errno: -3 })),
      page,
      clock,
    );
    await loadPage(
      windowThat(
        () => new Error('refused'),
        () => true,
      ),
      page,
      clock,
    );
    expect(loaded).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });
});
