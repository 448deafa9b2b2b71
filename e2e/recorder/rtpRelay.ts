import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { startProc } from '../harness/proc.ts';
import type { Closable } from '../harness/cleanup.ts';

const LOOPBACK = '127.0.0.1';
/** A key frame comes at once, and nothing of it must be lost before the test has seen it. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export type RelayedCodec = 'H264' | 'VP8';

/** A real encoder, whose RTP passes through the test as it otherwise passes through the sfu. */
export interface RtpRelay extends Closable {
  readonly packetsSent: number;
  /** Media time from the first packet that went out to the last. */
  readonly sentMs: number;
  /** While true, packets are counted but do not go out. */
  swallow: boolean;
  /** While false, packets neither go out nor count: nothing happens on the screen. */
  flowing: boolean;
}

const ENCODERS: Record<RelayedCodec, readonly string[]> = {
  H264: [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-tune',
    'zerolatency',
    '-g',
    '60',
    '-bsf:v',
    'dump_extra',
  ],
  VP8: [
    '-s',
    '320x180',
    '-c:v',
    'libvpx',
    '-deadline',
    'realtime',
    '-cpu-used',
    '8',
    '-b:v',
    '500k',
    '-g',
    '60',
  ],
};

/** How a stream differs from a plain one. */
export interface Stream {
  /** Arguments for the encoder, instead of those that make a key frame every 2 s with parameter sets in it. */
  encoder?: readonly string[];
  /** What goes out for a packet, by default itself. Changes of the packet itself count as the encoder's. */
  alter?: (packet: Buffer) => readonly Buffer[];
}

/** Starts an encoder of a 640×360 test picture at 30 fps with a key frame every 2 s, towards `rtpPort`. */
export async function startRtpRelay(
  options: Stream & {
    codec: RelayedCodec;
    rtpPort: number;
    onKeyFrame: (rtpTimestamp: number) => void;
  },
): Promise<RtpRelay> {
  const { alter = (packet) => [packet] } = options;
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES }).bind(0, LOOPBACK);
  await once(socket, 'listening');
  const port = socket.address().port;
  const encoder = await startProc('ffmpeg', [
    ...['-hide_banner', '-nostats', '-nostdin', '-loglevel', 'error', '-re'],
    ...['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30', '-pix_fmt', 'yuv420p'],
    ...(options.encoder ?? ENCODERS[options.codec]),
    ...['-f', 'rtp', '-rtpflags', 'skip_rtcp', `rtp://${LOOPBACK}:${port}?pkt_size=1200`],
  ]);
  let closed = false;
  let first: number | undefined;
  let last = 0;
  const relay: RtpRelay & { packetsSent: number } = {
    packetsSent: 0,
    get sentMs() {
      return ((last - (first ?? last)) >>> 0) / 90;
    },
    swallow: false,
    flowing: true,
    async close() {
      if (closed) return;
      closed = true;
      await encoder.close();
      socket.close();
    },
  };
  let started = false;
  socket.on('message', (packet) => {
    if (!relay.flowing) return;
    const key = isKeyFrame(options.codec, packet);
    // Like the sfu's consumer: nothing goes out before the first key frame.
    if (!started && !key) return;
    started = true;
    const altered = alter(packet);
    relay.packetsSent += 1;
    last = packet.readUInt32BE(4);
    first ??= last;
    if (key) options.onKeyFrame(packet.readUInt32BE(4));
    if (relay.swallow) return;
    for (const sent of altered) socket.send(sent, options.rtpPort, LOOPBACK);
  });
  return relay;
}

/** Whether a packet belongs to the start of a key frame (RFC 6184, section 5.2; RFC 7741, section 4.3). */
export function isKeyFrame(codec: RelayedCodec, packet: Buffer): boolean {
  const payload = packet.subarray(12);
  const first = payload[0] ?? 0;
  if (codec === 'VP8') {
    const start = (first & 0x10) !== 0 && (first & 0x07) === 0;
    const extended = (first & 0x80) === 0 ? 1 : 2 + vp8ExtensionBytes(payload);
    return start && ((payload[extended] ?? 1) & 0x01) === 0;
  }
  const type = first & 0x1f;
  if (type === 24) return [5, 7].includes((payload[3] ?? 0) & 0x1f);
  if (type === 28) return ((payload[1] ?? 0) & 0x80) !== 0 && ((payload[1] ?? 0) & 0x1f) === 5;
  return type === 5 || type === 7;
}

function vp8ExtensionBytes(payload: Buffer): number {
  const flags = payload[1] ?? 0;
  const pictureId = (flags & 0x80) === 0 ? 0 : ((payload[2] ?? 0) & 0x80) === 0 ? 1 : 2;
  return pictureId + ((flags & 0x40) === 0 ? 0 : 1) + ((flags & 0x30) === 0 ? 0 : 1);
}
