import type { Interval } from '@sightline/shared';
import { isKeyFrame, type RelayedCodec } from './rtpRelay.ts';

const RTP_HEADER_BYTES = 12;

/** A stream of which some packets never go out. */
export interface LossyStream {
  alter(packet: Buffer): readonly Buffer[];
  /** Does not let the next `packets` through. */
  drop(packets: number): void;
  /**
   * What is damaged, in ms of media time from the first frame: from the last frame before each loss to the next key
   * frame that went out whole, or to the last frame.
   */
  damage(): Interval[];
}

interface Frame {
  ms: number;
  key: boolean;
  whole: boolean;
}

/** Builds one that drops nothing yet. */
export function createLossyStream(codec: RelayedCodec): LossyStream {
  const frames: Frame[] = [];
  let first: number | undefined;
  let last: number | undefined;
  let toDrop = 0;
  return {
    alter(packet) {
      const timestamp = packet.readUInt32BE(4);
      first ??= timestamp;
      if (timestamp !== last) {
        frames.push({ ms: ((timestamp - first) >>> 0) / 90, key: false, whole: true });
      }
      last = timestamp;
      const frame = frames.at(-1);
      if (frame === undefined || packet.length < RTP_HEADER_BYTES) return [packet];
      frame.key ||= isKeyFrame(codec, packet);
      if (toDrop === 0) return [packet];
      toDrop -= 1;
      frame.whole = false;
      return [];
    },
    drop(packets) {
      toDrop += packets;
    },
    damage() {
      const intervals: Interval[] = [];
      let fromMs: number | undefined;
      let lastIntactMs = 0;
      for (const frame of frames) {
        if (fromMs !== undefined && frame.key && frame.whole) {
          intervals.push({ fromMs, toMs: frame.ms });
          fromMs = undefined;
        }
        if (!frame.whole) fromMs ??= lastIntactMs;
        if (fromMs === undefined) lastIntactMs = frame.ms;
      }
      if (fromMs !== undefined) intervals.push({ fromMs, toMs: frames.at(-1)?.ms ?? fromMs });
      return intervals;
    },
  };
}
