import { VIEWER_NAMESPACE } from '@sightline/shared';
import type { Attack } from '../protocol.ts';
import { openRaw, within, type RawConnection } from '../rawConnection.ts';
import { enterRaw, frame, openRawWebSocket, upgradeRequest } from '../rawWebSocket.ts';
import { signedIn } from '../signedIn.ts';
import { createTally, type Tally } from './tally.ts';

const CONNECTIONS = 300;
const DRIP_EVERY_MS = 500;
/** The time that a head may take to arrive, and the time until somebody looks. */
const HEAD_MS = 13_000;
/** A ping, and the time that its answer may take. */
const PING_MS = 10_500;

const many = (count: number): unknown[] => Array.from({ length: count });

/** Sends one byte after another, for as long as the connection lasts. */
function drip(connection: RawConnection, text: string): void {
  let at = 0;
  const timer = setInterval(() => {
    connection.send(text[at % text.length] ?? 'x');
    at += 1;
  }, DRIP_EVERY_MS);
  void connection.closed.then(() => clearInterval(timer));
}

/** Counts whom the server puts up with for longer than it should. */
async function expectClosed(
  what: string,
  connections: readonly RawConnection[],
  ms: number,
  tally: Tally,
): Promise<void> {
  tally.attempt(connections.length);
  const closed = await Promise.all(connections.map((connection) => within(ms, connection.closed)));
  const open = closed.filter((isClosed) => !isClosed).length;
  if (open > 0) tally.fail(`${what}: ${open} of ${connections.length} still connected after ${ms} ms`);
  for (const connection of connections) connection.close();
}

/** Heads of requests and of upgrades that arrive byte by byte, and connections that say nothing at all. */
export const slowLoris: Attack = async ({ port }) => {
  const tally = createTally();
  const head = `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX: `;
  const open = async (begin: string, rest: string): Promise<RawConnection> => {
    const connection = await openRaw(port);
    connection.send(begin);
    if (rest !== '') drip(connection, rest);
    return connection;
  };
  const all = (begin: string, rest: string): Promise<RawConnection[]> =>
    Promise.all(many(CONNECTIONS).map(() => open(begin, rest)));
  await Promise.all([
    expectClosed('heads, byte by byte', await all('G', head), HEAD_MS, tally),
    expectClosed('headers without end', await all(head, 'x'), HEAD_MS, tally),
    expectClosed(
      'upgrades without end',
      await all(upgradeRequest(port).slice(0, -2), 'X: x\r\n'),
      HEAD_MS,
      tally,
    ),
    expectClosed('not a word', await all('', ''), HEAD_MS, tally),
  ]);
  return tally.outcome();
};

/** WebSockets that enter nothing, answer no ping, or read nothing of what they asked for. */
export const halfOpen: Attack = async (target) => {
  const { port } = target;
  const tally = createTally();
  const headers = `cookie: ${await signedIn(target)}\r\n`;
  const strangers = await Promise.all(many(CONNECTIONS).map(() => openRawWebSocket(port)));
  const silent = await Promise.all(many(20).map(() => enterRaw(port, VIEWER_NAMESPACE, { headers })));
  const deaf = await Promise.all(many(20).map(() => enterRaw(port, VIEWER_NAMESPACE, { headers })));
  for (const connection of deaf) {
    connection.socket.pause();
    for (let request = 0; request < 400; request += 1)
      connection.send(frame(`42${VIEWER_NAMESPACE},${request}["watch-clients",{}]`));
  }
  await Promise.all([
    expectClosed('strangers', strangers, PING_MS + 1_000, tally),
    expectClosed('who answers no ping', silent, PING_MS + 1_000, tally),
    // A connection that is paused does not notice its end; it does when it goes on.
    within(PING_MS, new Promise(() => undefined)).then(() => {
      for (const connection of deaf) connection.socket.resume();
      return expectClosed('who reads nothing', deaf, 2_000, tally);
    }),
  ]);
  return tally.outcome();
};
