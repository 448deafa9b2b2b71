import type { Page } from 'playwright-core';

declare global {
  interface Window {
    /** W3C mediacapture-transform. */
    readonly MediaStreamTrackProcessor: { readonly prototype: object };
  }
}

/** From now on a page does nothing else for a while whenever frames of a track begin to come to it. */
export async function keepBusy(page: Page, busyMs: number): Promise<void> {
  await page.evaluate((ms) => {
    const { prototype } = window.MediaStreamTrackProcessor;
    const readable = Object.getOwnPropertyDescriptor(prototype, 'readable');
    Object.defineProperty(prototype, 'readable', {
      get(): unknown {
        const frames: unknown = readable?.get?.call(this);
        const endMs = performance.now() + ms;
        while (performance.now() < endMs);
        return frames;
      },
    });
  }, busyMs);
}
