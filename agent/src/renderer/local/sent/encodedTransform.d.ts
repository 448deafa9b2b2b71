import type { SentFrame } from './sentPictures.ts';

/** What a worker has of W3C webrtc-encoded-transform, of which the types of pages know nothing. */
declare global {
  interface RTCTransformEvent extends Event {
    readonly transformer: {
      readonly readable: ReadableStream<SentFrame>;
      readonly writable: WritableStream<SentFrame>;
      // As the page gave it.
      readonly options: { trackId: string };
    };
  }
  interface WindowEventMap {
    rtctransform: RTCTransformEvent;
  }
}
