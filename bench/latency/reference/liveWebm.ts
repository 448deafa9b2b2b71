import { readElement, type Element } from './ebml.ts';

/** Element ids of RFC 8794 (EBML) and RFC 9559 (Matroska). */
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const SIMPLE_BLOCK = 0xa3;

/** A WebM stream that is still being written, such that one can join it. */
export interface LiveWebm {
  /** Adds what was written next; it may end anywhere. */
  push(bytes: Uint8Array): void;
  /** What someone who joins now needs before the next `push`: the header, and all since a recent key frame. */
  beginning(): Buffer<ArrayBuffer>;
}

/** The flag of a SimpleBlock (RFC 9559, section 10.2) behind track number, one byte long here, and timestamp. */
function isKeyFrame(block: Buffer, { headerLength }: Element): boolean {
  return ((block[headerLength + 3] ?? 0) & 0x80) !== 0;
}

/**
 * Builds a {@link LiveWebm} for one video track whose key frames begin clusters, as MediaRecorder writes it.
 *
 * @param prerollFrames what a player wants to have before it shows anything: with fewer frames since the newest
 * key frame, one joins at the key frame before.
 */
export function createLiveWebm(prerollFrames: number): LiveWebm {
  const header: Buffer[] = [];
  let beforeKeyFrame: Buffer[] = [];
  let sinceKeyFrame: Buffer[] = [];
  let framesSinceKeyFrame = 0;
  /** The head of the newest cluster, until its first block tells whether that is a key frame. */
  let clusterHead: Buffer[] | undefined;
  let inHeader = true;
  let unread = Buffer.alloc(0);

  function take(part: Buffer, element: Element): void {
    if (element.id === SIMPLE_BLOCK) framesSinceKeyFrame += 1;
    if (element.id === CLUSTER) {
      inHeader = false;
      clusterHead = [part];
    } else if (inHeader) {
      header.push(part);
    } else if (clusterHead === undefined) {
      sinceKeyFrame.push(part);
    } else if (element.id === SIMPLE_BLOCK) {
      if (isKeyFrame(part, element)) {
        beforeKeyFrame = sinceKeyFrame;
        sinceKeyFrame = [];
        framesSinceKeyFrame = 1;
      }
      sinceKeyFrame.push(...clusterHead, part);
      clusterHead = undefined;
    } else {
      clusterHead.push(part);
    }
  }

  return {
    push(bytes) {
      unread = Buffer.concat([unread, bytes]);
      for (;;) {
        const element = readElement(unread);
        if (element === undefined) return;
        const entered = element.id === SEGMENT || element.id === CLUSTER;
        const length = element.headerLength + (entered ? 0 : element.contentLength);
        if (length > unread.length) return;
        take(unread.subarray(0, length), element);
        unread = unread.subarray(length);
      }
    },
    beginning() {
      const preroll = framesSinceKeyFrame < prerollFrames ? beforeKeyFrame : [];
      return Buffer.concat([...header, ...preroll, ...sinceKeyFrame, ...(clusterHead ?? []), unread]);
    },
  };
}
