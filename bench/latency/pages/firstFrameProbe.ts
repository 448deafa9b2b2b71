/** What a click led to; times in ms after the click. */
export interface FirstFrameSample {
  /** Until the first frame of the video was on show. */
  readonly paintedMs: number;
  /** Until a picture was there to look at: another video's copy, or else the first frame itself. */
  readonly anyPictureMs: number;
  /** Until the last packet of the first frame had arrived; only of video over WebRTC. */
  readonly receivedMs: number | undefined;
  /** How long the decoder took, where the browser says so. */
  readonly decodeMs: number | undefined;
  readonly widthPx: number;
}

/** Where on the page to look. */
export interface FirstFrameTarget {
  /** The video, which is made anew after every click. */
  readonly videoSelector: string;
  /** A canvas that shows another picture until the video has one. */
  readonly standInSelector?: string;
}

/** Runs inside a viewer's page, as `window.firstFrameProbe`. */
export interface FirstFrameProbe {
  /** Waits for the next click and then for the first frame. Call before the click. */
  arm(target: FirstFrameTarget): void;
  /** What came of the click that `arm` waited for. */
  sample(): Promise<FirstFrameSample>;
}

declare global {
  interface Window {
    firstFrameProbe: FirstFrameProbe;
  }
}

/** The width of a canvas on which nothing has set another. */
const UNTOUCHED_CANVAS_PX = 300;

/** Resolves with the time at which the element's first frame is visible. */
function firstFrame(
  video: HTMLVideoElement,
): Promise<{ paintedAtMs: number; frame: VideoFrameCallbackMetadata }> {
  return new Promise((resolve) => {
    video.requestVideoFrameCallback((_nowMs, frame) => {
      // The later of the two: what the browser expects, and when the page could know.
      resolve({ paintedAtMs: Math.max(performance.now(), frame.expectedDisplayTime), frame });
    });
  });
}

/** Resolves as soon as an element fits. */
function elementOf(selector: string): Promise<HTMLVideoElement> {
  return new Promise((resolve) => {
    const look = (): boolean => {
      const element = document.querySelector<HTMLVideoElement>(selector);
      if (element !== null) resolve(element);
      return element !== null;
    };
    if (look()) return;
    const observer = new MutationObserver(() => {
      if (look()) observer.disconnect();
    });
    observer.observe(document, { childList: true, subtree: true });
  });
}

/** Notes when the canvas was drawn on. */
function watchStandIn(selector: string): { readonly paintedAtMs: number; stop(): void } {
  let paintedAtMs = Number.POSITIVE_INFINITY;
  const look = (): void => {
    const canvas = document.querySelector<HTMLCanvasElement>(selector);
    const drawn = canvas !== null && canvas.width !== UNTOUCHED_CANVAS_PX;
    // What is drawn before an animation frame is on show with it, so at the next one it surely is.
    request = requestAnimationFrame(drawn ? () => (paintedAtMs = performance.now()) : look);
  };
  let request = requestAnimationFrame(look);
  return {
    get paintedAtMs() {
      return paintedAtMs;
    },
    stop: () => cancelAnimationFrame(request),
  };
}

function createFirstFrameProbe(): FirstFrameProbe {
  let pending: Promise<FirstFrameSample> | undefined;

  async function measure(clickedAtMs: number, target: FirstFrameTarget): Promise<FirstFrameSample> {
    const { videoSelector, standInSelector } = target;
    const standIn = standInSelector === undefined ? undefined : watchStandIn(standInSelector);
    const video = await elementOf(videoSelector);
    const { paintedAtMs, frame } = await firstFrame(video);
    standIn?.stop();
    return {
      paintedMs: paintedAtMs - clickedAtMs,
      anyPictureMs: Math.min(paintedAtMs, standIn?.paintedAtMs ?? paintedAtMs) - clickedAtMs,
      receivedMs: frame.receiveTime === undefined ? undefined : frame.receiveTime - clickedAtMs,
      decodeMs: frame.processingDuration === undefined ? undefined : frame.processingDuration * 1_000,
      widthPx: frame.width,
    };
  }

  return {
    arm(target) {
      pending = new Promise((resolve, reject) => {
        const onClick = (event: MouseEvent): void => {
          measure(event.timeStamp, target).then(resolve, reject);
        };
        document.addEventListener('click', onClick, { capture: true, once: true });
      });
    },
    sample() {
      return pending ?? Promise.reject(new Error('the probe was not armed'));
    },
  };
}

window.firstFrameProbe = createFirstFrameProbe();
