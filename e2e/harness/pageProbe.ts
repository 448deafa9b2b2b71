import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Closable } from './cleanup.ts';
import type { FrameSample, SeenFrameSample } from './frameSummary.ts';
import { scriptForPage } from './pageModules.ts';
import { until } from './until.ts';

const WATCHER_PATH = join(import.meta.dirname, 'videoWatcher.ts');
const VIDEO_TIMEOUT_MS = 10_000;

/** Watches one video element of a page. One probe per page at a time. */
export interface PageProbe extends Closable {
  /** What was seen since the last call, in order. */
  take(): Promise<SeenFrameSample[]>;
  /**
   * Waits for a picture that fits, and hands out all pictures up to it that no `take` has handed out.
   *
   * @param what what is waited for, as it should read in the error.
   * @throws Error after `timeoutMs`.
   */
  takeUntil(
    what: string,
    fits: (sample: SeenFrameSample) => boolean,
    timeoutMs: number,
  ): Promise<SeenFrameSample[]>;
  /** What is on show now, however long it has been; undefined before the first picture. */
  look(): Promise<FrameSample | undefined>;
}

/**
 * Reads the test pattern from every picture that a video element shows.
 *
 * @param selector playwright's selector of the video element; the first that fits is waited for.
 */
export async function watchVideo(page: Page, selector: string): Promise<PageProbe> {
  const video = page.locator(selector).first();
  await video.waitFor({ state: 'attached', timeout: VIDEO_TIMEOUT_MS });
  await page.evaluate(await scriptForPage(WATCHER_PATH));
  await video.evaluate((element) => {
    if (!(element instanceof HTMLVideoElement)) throw new Error('what is to be watched is no video element');
    window.videoWatcher.watch(element);
  });
  const take = (): Promise<SeenFrameSample[]> => page.evaluate(() => window.videoWatcher.take());
  return {
    take,
    async takeUntil(what, fits, timeoutMs) {
      const samples: SeenFrameSample[] = [];
      await until(
        what,
        async () => {
          const taken = await take();
          samples.push(...taken);
          return taken.some(fits);
        },
        { timeoutMs },
      );
      return samples;
    },
    look: () => page.evaluate(() => window.videoWatcher.look()),
    close: () => page.evaluate(() => window.videoWatcher.stop()),
  };
}
