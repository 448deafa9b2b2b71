import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Closable } from '../harness/cleanup.ts';
import { startProc } from '../harness/proc.ts';

const LOOPBACK = '127.0.0.1';

/** The payload type of the sound. */
export const OPUS_PAYLOAD_TYPE = 100;

/** Real Opus, whose RTP passes through the test as it otherwise passes through the sfu. */
export interface SoundRelay extends Closable {
  /** Lets packets go out from the next one on; resolves with when that was. */
  start(): Promise<number>;
  /** Lets no more packets go out. */
  stop(): void;
}

/**
 * Starts an encoder of a tone towards `rtpPort`; nothing goes out yet.
 *
 * @param announce tells of the first packet; it goes out when that was acknowledged.
 */
export async function startSoundRelay(options: {
  rtpPort: number;
  announce: (rtpTimestamp: number, atMs: number) => Promise<unknown>;
}): Promise<SoundRelay> {
  const socket = createSocket('udp4').bind(0, LOOPBACK);
  await once(socket, 'listening');
  const encoder = await startProc('ffmpeg', [
    ...['-hide_banner', '-nostats', '-nostdin', '-loglevel', 'error', '-re'],
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-ac', '2', '-c:a', 'libopus'],
    ...['-payload_type', String(OPUS_PAYLOAD_TYPE), '-f', 'rtp', '-rtpflags', 'skip_rtcp'],
    `rtp://${LOOPBACK}:${socket.address().port}`,
  ]);
  let flowing = false;
  let closed = false;
  socket.on('message', (packet) => {
    if (flowing) socket.send(packet, options.rtpPort, LOOPBACK);
  });
  return {
    async start() {
      const [packet] = (await once(socket, 'message')) as [Buffer];
      const startedAtMs = Date.now();
      await options.announce(packet.readUInt32BE(4), startedAtMs);
      flowing = true;
      return startedAtMs;
    },
    stop() {
      flowing = false;
    },
    async close() {
      if (closed) return;
      closed = true;
      await encoder.close();
      socket.close();
    },
  };
}
