import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const SENDER_REPORT = 200;
const SENDER_REPORT_BYTES = 28;
/** Video's media time counts in these (RFC 6184). */
const TICKS_PER_SECOND = 90_000n;
/** Where media time 0 lies in NTP time: far from 0, and from the sign bit alone, which ffmpeg reads as unknown. */
const NTP_ORIGIN = 1n << 62n;

/**
 * An empty receiver report and a BYE (RFC 3550, sections 6.4.2 and 6.6). Once every stream has had one, ffmpeg's input
 * ends, so that even the frame that it still holds back gets written; a signal alone finds it blocked in a read.
 */
const GOODBYE = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 1]);

/** A moment of a stream. */
export interface MediaMoment {
  rtpTimestamp: number;
  /** Media time of the run's video, 90 kHz, not wrapping. */
  ticks: number;
}

/** Tells the receiver at an RTCP port that its stream is over. */
export const sayGoodbye = (host: string, rtcpPort: number): Promise<void> => send(GOODBYE, host, rtcpPort);

/** Tells the receiver at an RTCP port to what time an RTP time stamp of its stream belongs. */
export const reportTime = (host: string, rtcpPort: number, moment: MediaMoment): Promise<void> =>
  send(senderReport(moment), host, rtcpPort);

/** A sender report whose wall clock is media time (RFC 3550, section 6.4.1). */
export function senderReport({ rtpTimestamp, ticks }: MediaMoment): Buffer {
  const report = Buffer.alloc(SENDER_REPORT_BYTES);
  report.writeUInt8(0x80, 0);
  report.writeUInt8(SENDER_REPORT, 1);
  report.writeUInt16BE(SENDER_REPORT_BYTES / 4 - 1, 2);
  report.writeUInt32BE(1, 4);
  report.writeBigUInt64BE(NTP_ORIGIN + (BigInt(Math.round(ticks)) << 32n) / TICKS_PER_SECOND, 8);
  report.writeUInt32BE(rtpTimestamp, 16);
  return report;
}

/**
 * Opens a port that takes the sfu's own sender reports and drops them: they tell when packets passed the sfu, and ffmpeg
 * would bend the time of every frame by the jitter of the network.
 */
export async function openRtcpSink(host: string): Promise<number> {
  const socket = createSocket('udp4').unref().bind(0, host);
  await once(socket, 'listening');
  return socket.address().port;
}

/** Sends one datagram. */
export function send(packet: Buffer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.send(packet, port, host, (error) => {
      socket.close(() => (error === null ? resolve() : reject(error)));
    });
  });
}
