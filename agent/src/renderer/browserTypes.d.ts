/** What Chromium has, and TypeScript's types of a page do not know. */
declare global {
  interface Window {
    /** W3C mediacapture-transform; on pages, Chromium only. */
    readonly MediaStreamTrackProcessor?: new (init: { track: MediaStreamTrack }) => {
      readonly readable: ReadableStream<VideoFrame>;
    };
  }
}

export {};
