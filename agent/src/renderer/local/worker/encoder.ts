import type { Picture } from '../media/pieceWriter.ts';

/** As much as text at full size needs; a screen that stands still takes next to nothing. */
const BITRATE_BPS = 3_000_000;
/** What the levels allow (ITU-T H.264, table A-1): level and macroblocks of a frame. */
const LEVELS: readonly (readonly [level: string, macroblocks: number])[] = [
  ['1F', 3_600],
  ['28', 8_192],
  ['32', 22_080],
];
const HIGHEST_LEVEL = '33';

/** Turns frames into pictures. */
export interface Encoder {
  /** Frames that wait to be encoded. */
  readonly waiting: number;
  /** The frame stays the caller's. */
  encode(frame: VideoFrame, options: { key: boolean }): void;
  /** Resolves when all frames have become pictures. */
  flush(): Promise<void>;
  close(): void;
}

/** What an {@link Encoder} tells. */
export interface EncoderHandlers {
  onPicture(picture: Picture): void;
  onError(error: unknown): void;
}

/** Pictures per second that are worth their cost while nobody watches. */
export const FRAMES_PER_SECOND = 15;

/** An encoder of this browser (W3C WebCodecs): H.264 constrained baseline, as what is sent. */
export function createWebCodecsEncoder(handlers: EncoderHandlers): Encoder {
  let size = { width: 0, height: 0 };
  const encoder = new VideoEncoder({
    output(chunk) {
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      handlers.onPicture({ data, isKey: chunk.type === 'key', timestampUs: chunk.timestamp, ...size });
    },
    error: (error) => handlers.onError(error),
  });

  function configure(next: typeof size): void {
    size = next;
    encoder.configure({
      codec: `avc1.42E0${levelOf(size)}`,
      ...size,
      bitrate: BITRATE_BPS,
      framerate: FRAMES_PER_SECOND,
      latencyMode: 'realtime',
      contentHint: 'text',
      avc: { format: 'annexb' },
    });
  }

  return {
    get waiting() {
      return encoder.encodeQueueSize;
    },
    encode(frame, { key }) {
      const next = { width: even(frame.displayWidth), height: even(frame.displayHeight) };
      const isResized = next.width !== size.width || next.height !== size.height;
      if (isResized) configure(next);
      encoder.encode(frame, { keyFrame: key || isResized });
    },
    flush: () => encoder.flush(),
    close() {
      if (encoder.state !== 'closed') encoder.close();
    },
  };
}

/** Chroma is sampled at every other pixel. */
const even = (pixels: number): number => Math.max(2, pixels - (pixels % 2));

function levelOf({ width, height }: { width: number; height: number }): string {
  const macroblocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  return LEVELS.find(([, most]) => macroblocks <= most)?.[0] ?? HIGHEST_LEVEL;
}
