import type { Page } from 'playwright-core';

const STOP = 'stop-added-sound';

/** Adds a tone to what a page captures, from its next load on: a display without speakers has no sound of its own. */
export async function addSound(page: Page): Promise<void> {
  await page.addInitScript((stop) => {
    const capture = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getDisplayMedia = async (options) => {
      const stream = await capture({ ...options, audio: false });
      const context = new AudioContext();
      const tone = new OscillatorNode(context);
      const output = context.createMediaStreamDestination();
      tone.connect(output);
      tone.start();
      for (const track of output.stream.getAudioTracks()) {
        stream.addTrack(track);
        window.addEventListener(stop, () => {
          track.stop();
          track.dispatchEvent(new Event('ended'));
        });
      }
      return stream;
    };
  }, STOP);
}

/** Ends the tone, as the end of its source would. Returns when, by the page's clock. */
export const stopSound = (page: Page): Promise<number> =>
  page.evaluate((stop) => {
    window.dispatchEvent(new Event(stop));
    return Date.now();
  }, STOP);
