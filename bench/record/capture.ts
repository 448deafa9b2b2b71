import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { run } from '@sightline/e2e/harness/proc.ts';
import { pictureChecksum, unitsOfPayloads } from '@sightline/e2e/harness/h264.ts';
import { HEADER_BYTES, parseRtp, type RtpPacket } from './rtp.ts';

const LOOPBACK = '127.0.0.1';
const FRAMES_PER_SECOND = 30;
const TICKS_PER_FRAME = 90_000 / FRAMES_PER_SECOND;
const BITRATE = '450k';
const BUFFER = '600k';
/** A bit more than a segment's length: as many key frames as the sfu asks for, and each begins a segment. */
const FRAMES_PER_SEGMENT = 186;
const KEY_FRAMES = 4;
/** A page that stands still and is as dense as small print, so that key frames are large, and on it something that moves. */
const SCREEN = [
  `cellauto=size=1280x720:rate=${FRAMES_PER_SECOND}:rule=110:random_seed=1:start_full=1:scroll=0,`,
  `trim=end_frame=1,loop=-1:1,setpts=N/${FRAMES_PER_SECOND}/TB[page];`,
  `testsrc2=size=480x270:rate=${FRAMES_PER_SECOND}[moving];`,
  '[page][moving]overlay=x=700:y=60',
].join('');
const MAX_PACKET_BYTES = 1_200;
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** A packet of the recorded encode, and its place in it. */
export interface StreamPacket {
  /** When it was sent, ms after the first frame was due. */
  atMs: number;
  frame: number;
  payloadType: number;
  marker: boolean;
  payload: Buffer;
}

/** One encode, packetized, that can be repeated without a seam. */
export interface CapturedStream {
  packets: readonly StreamPacket[];
  /** By frame; see {@link pictureChecksum}. */
  checksums: readonly number[];
  msPerFrame: number;
  ticksPerFrame: number;
  bitrateBps: number;
}

/** The codec as an agent announces it (RFC 6184, section 8.1). */
export const CAPTURED_CODEC = {
  mimeType: 'video/H264',
  payloadType: 96,
  clockRate: 90_000,
  parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }],
};

/**
 * Encodes a test screen in real time and takes down what ffmpeg's RTP muxer sends, and when.
 *
 * @param framesPerKeyFrame of four key frames each stream is made.
 * @throws Error if ffmpeg fails, or a packet was lost on the way.
 */
export async function captureStream(framesPerKeyFrame = FRAMES_PER_SEGMENT): Promise<CapturedStream> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES }).bind(0, LOOPBACK);
  await once(socket, 'listening');
  try {
    const received = collect(socket);
    await run('ffmpeg', encoderArguments(socket.address().port, framesPerKeyFrame));
    // What the kernel still holds is delivered before a datagram that we send to ourselves.
    socket.send('end', socket.address().port, LOOPBACK);
    return toStream(await received, framesPerKeyFrame * KEY_FRAMES);
  } finally {
    socket.close();
  }
}

const encoderArguments = (port: number, framesPerKeyFrame: number): string[] => [
  ...['-hide_banner', '-nostats', '-nostdin', '-loglevel', 'error', '-re'],
  ...['-f', 'lavfi', '-i', SCREEN, '-frames:v', String(framesPerKeyFrame * KEY_FRAMES)],
  ...['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-profile:v', 'baseline', '-preset', 'veryfast'],
  ...['-tune', 'zerolatency', '-threads', '1', '-b:v', BITRATE, '-maxrate', BITRATE, '-bufsize', BUFFER],
  ...['-g', String(framesPerKeyFrame), '-keyint_min', String(framesPerKeyFrame), '-sc_threshold', '0'],
  ...['-bsf:v', 'dump_extra', '-payload_type', String(CAPTURED_CODEC.payloadType)],
  ...['-f', 'rtp', '-rtpflags', 'skip_rtcp', `rtp://${LOOPBACK}:${port}?pkt_size=${MAX_PACKET_BYTES}`],
];

interface Arrival extends RtpPacket {
  arrivedAtMs: number;
}

function collect(socket: Socket): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  return new Promise((resolve) => {
    socket.on('message', (packet) => {
      if (packet.length < HEADER_BYTES) resolve(arrivals);
      else arrivals.push({ ...parseRtp(packet), arrivedAtMs: performance.now() });
    });
  });
}

/** Exported for its test: a gap in the capture must not go unseen. */
export function toStream(arrivals: readonly Arrival[], frames: number): CapturedStream {
  const [first] = arrivals;
  if (first === undefined) throw new Error('The encoder sent nothing.');
  const packets = arrivals.map((arrival, position): StreamPacket => {
    const expected = (first.sequenceNumber + position) % 2 ** 16;
    if (arrival.sequenceNumber !== expected) throw new Error('A packet of the encode was lost; try again.');
    const ticks = (arrival.timestamp - first.timestamp + 2 ** 32) % 2 ** 32;
    const { payloadType, marker, payload } = arrival;
    const atMs = arrival.arrivedAtMs - first.arrivedAtMs;
    return { atMs, frame: ticks / TICKS_PER_FRAME, payloadType, marker, payload };
  });
  const payloads = Array.from({ length: frames }, (): Buffer[] => []);
  for (const { frame, payload } of packets) payloads[frame]?.push(payload);
  if (payloads.some((ofFrame) => ofFrame.length === 0) || packets.at(-1)?.frame !== frames - 1) {
    throw new Error('The encoder left out a frame.');
  }
  const bytes = packets.reduce((sum, { payload }) => sum + payload.length + HEADER_BYTES, 0);
  return {
    packets,
    checksums: payloads.map((ofFrame) => pictureChecksum(unitsOfPayloads(ofFrame))),
    msPerFrame: 1_000 / FRAMES_PER_SECOND,
    ticksPerFrame: TICKS_PER_FRAME,
    bitrateBps: Math.round((bytes * 8 * FRAMES_PER_SECOND) / frames),
  };
}
