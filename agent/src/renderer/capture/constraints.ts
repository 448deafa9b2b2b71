/** Frames per second that a capture asks for, unless the page was told otherwise. */
export const DEFAULT_CAPTURE_FPS = 30;
const MAX_CAPTURE_FPS = 60;

/** Larger than any display. Without a limit of its own, a capture is limited to the size that it began with. */
const MAX_CAPTURE_PX = 7_680;

/** What the wall shows: this wide, this often. */
const SMALL_WIDTH_PX = 480;
const SMALL_FPS = 10;

/** What to ask of `getDisplayMedia`: the display at its own size, also after that has changed. */
export function displayConstraints(options: { fps: number; sound: boolean }): DisplayMediaStreamOptions {
  const fps = Math.min(MAX_CAPTURE_FPS, Math.max(1, options.fps));
  const size = { width: { max: MAX_CAPTURE_PX }, height: { max: MAX_CAPTURE_PX } };
  return { video: { frameRate: { ideal: fps, max: MAX_CAPTURE_FPS }, ...size }, audio: options.sound };
}

/**
 * What a cloned track of a display of this size is reduced to, in the display's proportions. Ideal values, not
 * upper limits: Chromium fits a limit to the proportions that the capture began with, and a display that was
 * turned meanwhile would become a strip.
 */
export function smallConstraints(display: { width: number; height: number }): MediaTrackConstraints {
  const width = Math.min(SMALL_WIDTH_PX, display.width);
  // Encoders work on even sizes and would cut the odd line off.
  const height = Math.max(2, 2 * Math.round((display.height * width) / display.width / 2));
  return { width, height, frameRate: { max: SMALL_FPS } };
}
