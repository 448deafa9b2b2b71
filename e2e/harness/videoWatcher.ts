import { createPatternReader, type PatternReading } from '../pattern/decodePattern.ts';
import { lumaOfRgba } from '../pattern/luma.ts';
import {
  PATTERN_COLUMNS,
  PATTERN_ROWS,
  QUIET_CELLS,
  type PatternGeometry,
} from '../pattern/patternLayout.ts';
import type { FrameSample, SeenFrameSample } from './frameSummary.ts';

/** Runs inside a viewer's page, as `window.videoWatcher`. */
export interface VideoWatcher {
  /** Watches every picture that the video shows. */
  watch(video: HTMLVideoElement): void;
  /** What was seen since the last call. */
  take(): SeenFrameSample[];
  /** What is on show now, however long it has been; undefined before the first picture. */
  look(): FrameSample | undefined;
  stop(): void;
}

declare global {
  interface Window {
    videoWatcher: VideoWatcher;
  }
}

interface Crop {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function cropAround({ left, top, cellWidth, cellHeight }: PatternGeometry): Crop {
  return {
    left: Math.max(0, Math.floor(left - QUIET_CELLS * cellWidth)),
    top: Math.max(0, Math.floor(top - QUIET_CELLS * cellHeight)),
    width: Math.ceil((PATTERN_COLUMNS + 2 * QUIET_CELLS) * cellWidth),
    height: Math.ceil((PATTERN_ROWS + 2 * QUIET_CELLS) * cellHeight),
  };
}

/** Reads the pattern from a video; only the part around it, once it is known where it is. */
function createVideoReader(): (video: HTMLVideoElement) => PatternReading | undefined {
  const context = document
    .createElement('canvas')
    .getContext('2d', { willReadFrequently: true, alpha: false });
  if (context === null) throw new Error('this browser has no 2d canvas');
  const read = createPatternReader();
  let known: { readonly size: string; readonly crop: Crop } | undefined;

  const readCrop = (
    video: HTMLVideoElement,
    { left, top, width, height }: Crop,
  ): PatternReading | undefined => {
    if (context.canvas.width !== width) context.canvas.width = width;
    if (context.canvas.height !== height) context.canvas.height = height;
    context.drawImage(video, left, top, width, height, 0, 0, width, height);
    return read(lumaOfRgba(context.getImageData(0, 0, width, height).data, width, height));
  };

  return (video) => {
    const size = `${video.videoWidth}x${video.videoHeight}`;
    const cropped = known?.size === size ? readCrop(video, known.crop) : undefined;
    if (cropped !== undefined) return cropped;
    const full = { left: 0, top: 0, width: video.videoWidth, height: video.videoHeight };
    const reading = readCrop(video, full);
    if (reading !== undefined) known = { size, crop: cropAround(reading.geometry) };
    return reading;
  };
}

function createVideoWatcher(): VideoWatcher {
  let samples: SeenFrameSample[] = [];
  let look = (): FrameSample | undefined => undefined;
  const stops: (() => void)[] = [];
  return {
    watch(video) {
      const read = createVideoReader();
      const readPicture = (): FrameSample => {
        const reading = read(video);
        const pattern = reading && {
          frame: reading.frame,
          wallMs: reading.wallMs,
          displayId: reading.displayId,
        };
        return { pattern, width: video.videoWidth, height: video.videoHeight };
      };
      look = () => (video.readyState < video.HAVE_CURRENT_DATA ? undefined : readPicture());
      let request = 0;
      const onFrame = (): void => {
        const seenAtMs = Date.now();
        request = video.requestVideoFrameCallback(onFrame);
        samples.push({ ...readPicture(), seenAtMs });
      };
      request = video.requestVideoFrameCallback(onFrame);
      stops.push(() => video.cancelVideoFrameCallback(request));
    },
    take() {
      const taken = samples;
      samples = [];
      return taken;
    },
    look: () => look(),
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}

window.videoWatcher = createVideoWatcher();
