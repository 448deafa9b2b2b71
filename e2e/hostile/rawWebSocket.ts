import { randomBytes } from 'node:crypto';
import { PROTOCOL_VERSION } from '@sightline/shared';
import { until } from '../harness/until.ts';
import { openRaw, type RawConnection } from './rawConnection.ts';

const ANSWER_MS = 10_000;

/** Opcodes of RFC 6455, section 11.8. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** What a frame says of itself, true or not. */
export interface FrameOptions {
  readonly opcode?: number;
  readonly last?: boolean;
  /** Bits RSV1 to RSV3. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** Default: the payload's. */
  readonly declaredLength?: number;
}

/** Builds a frame (RFC 6455, section 5.2). */
export function frame(payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const { opcode = OPCODE.text, last = true, reserved = 0, masked = true } = options;
  const bytes = Buffer.from(payload);
  const length = options.declaredLength ?? bytes.length;
  const first = (last ? 0x80 : 0) | (reserved << 4) | opcode;
  const maskBit = masked ? 0x80 : 0;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = first;
  if (length < 126) head[1] = maskBit | length;
  else if (length < 65_536) {
    head[1] = maskBit | 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = maskBit | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat(masked ? [head, Buffer.alloc(4), bytes] : [head, bytes]);
}

/** The request that asks for a WebSocket, headers complete. */
export const upgradeRequest = (port: number, headers = ''): string =>
  `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${headers}\r\n`;

/** Opens a WebSocket to the signaling server, and waits for the greeting of Engine.IO. */
export async function openRawWebSocket(port: number, headers = ''): Promise<RawConnection> {
  const connection = await openRaw(port);
  connection.send(upgradeRequest(port, headers));
  await untilReceived(connection, '"sid"');
  return connection;
}

/** Waits for a text to come. */
async function untilReceived(connection: RawConnection, text: string): Promise<void> {
  await until(`"${text}"`, () => connection.received().includes(text), {
    timeoutMs: ANSWER_MS,
    intervalMs: 5,
  });
}

/** The packets with which Socket.IO enters a namespace. */
const enterPacket = (namespace: string, auth: object = {}): string =>
  `40${namespace},${JSON.stringify({ protocolVersion: PROTOCOL_VERSION, ...auth })}`;

/** Opens a WebSocket and enters a namespace with it. */
export async function enterRaw(
  port: number,
  namespace: string,
  { headers = '', auth = {} } = {},
): Promise<RawConnection> {
  const connection = await openRawWebSocket(port, headers);
  connection.send(frame(enterPacket(namespace, auth)));
  await untilReceived(connection, `40${namespace},{"sid"`);
  return connection;
}
