import { rtpHeader } from './rtp.ts';
import type { CapturedStream, StreamPacket } from './capture.ts';

/** Where one agent's numbering begins, as RFC 3550 wants it: anywhere. */
export interface Numbering {
  ssrc: number;
  firstSequenceNumber: number;
  firstTimestamp: number;
}

/** A packet of the endless stream that repeats the captured one: position 0 is its first. */
export function packetAt(stream: CapturedStream, position: number): StreamPacket {
  const { packets, checksums, msPerFrame } = stream;
  const round = Math.floor(position / packets.length);
  const packet = packets[position % packets.length];
  if (packet === undefined) throw new Error('An empty stream cannot be repeated.');
  return {
    ...packet,
    frame: packet.frame + round * checksums.length,
    atMs: packet.atMs + round * checksums.length * msPerFrame,
  };
}

/** One agent's replay of a captured stream. */
export interface Replay {
  /** Sends everything that is due. Returns by how much the latest of it was late, in ms. */
  sendDue(nowMs: number): number;
  /** Sends the rest of the frame that is under way, and nothing after it. */
  finishFrame(): void;
  /** The first frame and the last one sent, counted from the start of the endless stream. */
  readonly sent: { first: number; last: number } | undefined;
}

/**
 * Repeats a stream from the frame that is due at `startMs`; the endless stream began at `originMs`. Sequence
 * numbers and timestamps go on over the seam.
 *
 * @param send takes a header and a payload that must not change.
 */
export function createReplay(
  stream: CapturedStream,
  options: {
    numbering: Numbering;
    originMs: number;
    startMs: number;
    send: (header: Buffer, payload: Buffer) => void;
  },
): Replay {
  const { numbering, originMs, send } = options;
  let position = firstDue(stream, options.startMs - originMs);
  let sent: { first: number; last: number } | undefined;

  const sendNext = (packet: StreamPacket): void => {
    send(
      rtpHeader({
        ssrc: numbering.ssrc,
        payloadType: packet.payloadType,
        marker: packet.marker,
        sequenceNumber: numbering.firstSequenceNumber + position,
        timestamp: numbering.firstTimestamp + packet.frame * stream.ticksPerFrame,
      }),
      packet.payload,
    );
    sent = { first: sent?.first ?? packet.frame, last: packet.frame };
    position += 1;
  };
  return {
    sendDue(nowMs) {
      let lateMs = 0;
      for (let packet = packetAt(stream, position); originMs + packet.atMs <= nowMs;) {
        lateMs = Math.max(lateMs, nowMs - originMs - packet.atMs);
        sendNext(packet);
        packet = packetAt(stream, position);
      }
      return lateMs;
    },
    finishFrame() {
      for (let packet = packetAt(stream, position); packet.frame === sent?.last;) {
        sendNext(packet);
        packet = packetAt(stream, position);
      }
    },
    get sent() {
      return sent;
    },
  };
}

/** Position of the first packet of the first frame that is due at or after a time of the endless stream. */
function firstDue(stream: CapturedStream, atMs: number): number {
  const perRound = stream.packets.length;
  const roundMs = stream.checksums.length * stream.msPerFrame;
  let position = Math.max(0, Math.floor(atMs / roundMs)) * perRound;
  let before = position === 0 ? -1 : packetAt(stream, position - 1).frame;
  for (;;) {
    const packet = packetAt(stream, position);
    if (packet.frame !== before && packet.atMs >= atMs) return position;
    before = packet.frame;
    position += 1;
  }
}
