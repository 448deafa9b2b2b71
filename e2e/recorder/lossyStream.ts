import type { Interval } from '@sightline/shared';
import { unitsOfPayloads } from '../harness/h264.ts';
import { isKeyFrame, type RelayedCodec } from './rtpRelay.ts';

const RTP_HEADER_BYTES = 12;
const START_CODE = Buffer.from([0, 0, 0, 1]);

/** A stream of which some packets never go out. */
export interface LossyStream {
  alter(packet: Buffer): readonly Buffer[];
  /** Does not let the next `packets` through. */
  drop(packets: number): void;
  /** The frames of the stream, whether they went out or not, by media time from the first one in ms. */
  frames(): readonly LossyFrame[];
  /** All of them as a byte stream (ITU-T H.264, annex B). */
  byteStream(): Buffer;
}

/** A frame of a {@link LossyStream}. */
export interface LossyFrame {
  ms: number;
  key: boolean;
  /** Whether all of it went out. */
  whole: boolean;
}

/** Builds one that drops nothing yet. */
export function createLossyStream(codec: RelayedCodec): LossyStream {
  const frames: (LossyFrame & { payloads: Buffer[] })[] = [];
  let first: number | undefined;
  let last: number | undefined;
  let toDrop = 0;
  return {
    alter(packet) {
      const timestamp = packet.readUInt32BE(4);
      first ??= timestamp;
      if (timestamp !== last) {
        frames.push({ ms: ((timestamp - first) >>> 0) / 90, key: false, whole: true, payloads: [] });
      }
      last = timestamp;
      const frame = frames.at(-1);
      if (frame === undefined || packet.length < RTP_HEADER_BYTES) return [packet];
      frame.key ||= isKeyFrame(codec, packet);
      frame.payloads.push(packet.subarray(RTP_HEADER_BYTES));
      if (toDrop === 0) return [packet];
      toDrop -= 1;
      frame.whole = false;
      return [];
    },
    drop(packets) {
      toDrop += packets;
    },
    frames: () => frames,
    byteStream: () =>
      Buffer.concat(
        frames.flatMap(({ payloads }) => unitsOfPayloads(payloads)).flatMap((unit) => [START_CODE, unit]),
      ),
  };
}

/**
 * What is damaged: from the last frame before each loss to the next one that decodes, or to the last frame.
 *
 * @param decodes whether what a player would show of a frame is what was sent, by the frame's place
 */
export function damageOf(frames: readonly LossyFrame[], decodes: (at: number) => boolean): Interval[] {
  const intervals: Interval[] = [];
  let fromMs: number | undefined;
  let lastIntactMs = 0;
  for (const [at, { ms }] of frames.entries()) {
    const intact = decodes(at);
    if (intact && fromMs !== undefined) {
      intervals.push({ fromMs, toMs: ms });
      fromMs = undefined;
    }
    if (intact) lastIntactMs = ms;
    else fromMs ??= lastIntactMs;
  }
  if (fromMs !== undefined) intervals.push({ fromMs, toMs: frames.at(-1)?.ms ?? fromMs });
  return intervals;
}

/** Whether each frame decodes, as far as what went out tells: a frame needs all those since a key frame. */
export function decodableFrames(frames: readonly LossyFrame[]): boolean[] {
  let intact = false;
  return frames.map(({ key, whole }) => (intact = whole && (key || intact)));
}
