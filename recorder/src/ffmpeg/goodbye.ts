import { createSocket } from 'node:dgram';

/**
 * An empty receiver report and a BYE (RFC 3550, sections 6.4.2 and 6.6). It ends ffmpeg's input, so that
 * even the frame that it still holds back gets written; a signal alone finds it blocked in a read.
 */
const GOODBYE = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 1]);

/** Tells the receiver at an RTCP port that its stream is over. */
export function sayGoodbye(host: string, rtcpPort: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.send(GOODBYE, rtcpPort, host, (error) => {
      socket.close(() => (error === null ? resolve() : reject(error)));
    });
  });
}
