/** Frames per second that a capture asks for, unless the page was told otherwise. */
export const DEFAULT_CAPTURE_FPS = 30;
const MAX_CAPTURE_FPS = 60;

/** What the wall shows: this wide, this often. */
const SMALL_WIDTH_PX = 480;
const SMALL_FPS = 10;

/** What to ask of `getDisplayMedia`: the display at its own size. */
export function displayConstraints(options: { fps: number; sound: boolean }): DisplayMediaStreamOptions {
  const fps = Math.min(MAX_CAPTURE_FPS, Math.max(1, options.fps));
  return { video: { frameRate: { ideal: fps, max: MAX_CAPTURE_FPS } }, audio: options.sound };
}

/**
 * What a cloned track has to be reduced to. Both limits are given, because the engine turns a lone width into
 * a height by the proportions of that moment and keeps it when the display is turned.
 */
export function smallConstraints(display: { width: number; height: number }): MediaTrackConstraints {
  const width = Math.min(SMALL_WIDTH_PX, display.width);
  const height = Math.max(1, Math.round((display.height * width) / display.width));
  return { width: { max: width }, height: { max: height }, frameRate: { max: SMALL_FPS } };
}
