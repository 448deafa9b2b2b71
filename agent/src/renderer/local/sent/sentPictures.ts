import { rtpTicksBetween, VIDEO_TICKS_PER_MS } from '@sightline/shared/rtpTime';
import { createCaptureClock } from '../media/captureClock.ts';
import type { Picture } from '../media/pieceWriter.ts';
import { createPictureRing } from './pictureRing.ts';
import type { SentStretch } from './protocol.ts';

/** More than this after the last picture that was sent, nobody knows what the screen showed. */
const LAST_SHOWN_US = 1_000_000;

/** What passes through an encoded transform (W3C webrtc-encoded-transform). */
export interface SentFrame {
  readonly data: ArrayBuffer;
  readonly type: string;
  getMetadata(): { rtpTimestamp?: number; width?: number; height?: number };
}

/** What was sent of one track lately. */
export interface SentPictures {
  /** Copies a frame that is being sent, which goes its way untouched. */
  copy(frame: SentFrame): void;
  /** What is kept, and goes on being kept; undefined if there is nothing. */
  readonly kept: SentStretch | undefined;
  forget(): void;
}

/** Builds {@link SentPictures}. */
export function createSentPictures(nowMs: () => number): SentPictures {
  const ring = createPictureRing();
  const captured = createCaptureClock(nowMs);
  let last: { rtp: number; us: number } | undefined;
  let size = { width: 0, height: 0 };

  function toUs(rtp: number): number {
    const ticks = last === undefined ? 0 : rtpTicksBetween(last.rtp, rtp);
    last = { rtp, us: (last?.us ?? 0) + (ticks * 1_000) / VIDEO_TICKS_PER_MS };
    return last.us;
  }

  return {
    copy(frame) {
      const { rtpTimestamp, width, height } = frame.getMetadata();
      if (rtpTimestamp === undefined || frame.data.byteLength === 0) return;
      const isKey = frame.type === 'key';
      if (isKey && width !== undefined && height !== undefined) size = { width, height };
      const timestampUs = toUs(rtpTimestamp);
      captured.saw(timestampUs);
      const picture: Picture = { data: new Uint8Array(frame.data.slice(0)), isKey, timestampUs, ...size };
      ring.push(picture);
    },
    get kept() {
      const { pictures } = ring;
      const lastUs = pictures.at(-1)?.timestampUs;
      if (lastUs === undefined) return undefined;
      const untilUs = Math.min(captured.nowUs() ?? lastUs, lastUs + LAST_SHOWN_US);
      return { pictures, aheadMs: captured.toMs(0), untilUs };
    },
    forget: () => ring.clear(),
  };
}
