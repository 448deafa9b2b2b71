import { VIEWER_NAMESPACE } from '@sightline/shared';
import type { Attack, Target } from '../protocol.ts';
import { within, type RawConnection } from '../rawConnection.ts';
import { OPCODE, enterRaw, frame, openRawWebSocket } from '../rawWebSocket.ts';
import { signedIn } from '../signedIn.ts';
import { repeat } from './repeat.ts';
import { createTally } from './tally.ts';

const CLOSED_MS = 5_000;
const MIB = 1_024 * 1_024;

/** Something that is no message, and must end its connection. */
type Violation = readonly [what: string, bytes: () => Buffer | readonly Buffer[]];

const many = (count: number, one: Buffer): Buffer => Buffer.concat(Array.from({ length: count }, () => one));

const VIOLATIONS: readonly Violation[] = [
  ['a frame of 1 MiB', () => frame(Buffer.alloc(MIB, 'x'))],
  ['a frame that says it has 8 EiB', () => frame('x', { declaredLength: Number.MAX_SAFE_INTEGER })],
  ['a frame that says it has 1 GiB', () => frame('x', { declaredLength: 1_024 * MIB })],
  [
    'a message of many frames',
    () => [
      frame('4', { last: false }),
      many(64, frame(Buffer.alloc(8_192, 'x'), { opcode: OPCODE.continuation, last: false })),
    ],
  ],
  [
    'a message of empty frames without end',
    () => [
      frame('4', { last: false }),
      many(50_000, frame('', { opcode: OPCODE.continuation, last: false })),
    ],
  ],
  ['a frame without a mask', () => frame('x', { masked: false })],
  ['reserved bits', () => frame('x', { reserved: 7 })],
  ['a compressed frame that nobody agreed on', () => frame('x', { reserved: 4 })],
  ['an unknown opcode', () => frame('x', { opcode: 5 })],
  ['a continuation of nothing', () => frame('x', { opcode: OPCODE.continuation })],
  ['a ping that is too long', () => frame(Buffer.alloc(200), { opcode: OPCODE.ping })],
  ['text that is no UTF-8', () => frame(Buffer.from([0x34, 0xff, 0xfe]))],
  ['a close code that is none', () => frame(Buffer.from([0, 1]), { opcode: OPCODE.close })],
  ['an unknown packet of Engine.IO', () => frame('9')],
  ['a ping of Engine.IO in the wrong direction', () => frame('2')],
  ['an unknown packet of Socket.IO', () => frame('49')],
  ['a Socket.IO packet that is no JSON', () => frame('42/viewer,{')],
  ['an event that is none', () => frame('42/viewer,[{}]')],
  ['an event of the library itself', () => frame('42/viewer,["disconnecting"]')],
  ['an event of a namespace not entered', () => frame('42/agent,["time-sync",{}]')],
  ['an attachment that nothing announced', () => frame(Buffer.alloc(1_000), { opcode: OPCODE.binary })],
  ['an attachment in base64', () => frame('bAAAA')],
  [
    'a packet that announces 10,000 attachments',
    () => frame('4510000-/viewer,["time-sync",{"_placeholder":true,"num":0}]'),
  ],
  [
    'a packet that announces 10 attachments, and 9 large ones',
    () => [
      frame('4510-/viewer,["time-sync",{"_placeholder":true,"num":0}]'),
      many(9, frame(Buffer.alloc(200_000), { opcode: OPCODE.binary })),
    ],
  ],
  ['an acknowledgement with attachments', () => frame('465-/viewer,1[{"_placeholder":true,"num":0}]')],
];

/** Frames that would be harmless if nobody minded that they never end. */
const FLOODS: readonly Violation[] = [
  ['20,000 entries into a namespace', () => many(20_000, frame('40/viewer,{"protocolVersion":2}'))],
  [
    '20,000 entries into namespaces that are none',
    () => Buffer.concat(Array.from({ length: 20_000 }, (_, at) => frame(`40/n${at},`))),
  ],
  ['20,000 empty messages', () => many(20_000, frame('4'))],
  ['20,000 pongs of Engine.IO', () => many(20_000, frame('3'))],
];

async function violate(connection: RawConnection, bytes: Buffer | readonly Buffer[]): Promise<boolean> {
  for (const part of Buffer.isBuffer(bytes) ? [bytes] : bytes) connection.send(part);
  const closed = await within(CLOSED_MS, connection.closed);
  connection.close();
  return closed;
}

/** Frames and packets that no client sends; by strangers, and by one who was let in. */
export const webSocketFrames: Attack = async (target: Target) => {
  const { port } = target;
  const tally = createTally();
  const headers = `cookie: ${await signedIn(target)}\r\n`;
  const asStranger = (): Promise<RawConnection> => openRawWebSocket(port);
  const asViewer = (): Promise<RawConnection> => enterRaw(port, VIEWER_NAMESPACE, { headers });
  const tryAll = async (
    violations: readonly Violation[],
    open: () => Promise<RawConnection>,
  ): Promise<void> => {
    await Promise.all(
      violations.map(async ([what, bytes]) => {
        tally.attempt();
        if (!(await violate(await open(), bytes()))) tally.fail(`${what}: not closed within ${CLOSED_MS} ms`);
      }),
    );
  };
  await repeat(async () => {
    await tryAll(VIOLATIONS, asStranger);
    await tryAll(VIOLATIONS, asViewer);
    await tryAll(FLOODS, asStranger);
  });
  return tally.outcome();
};
