import { callHttp, faultOf } from '../httpCall.ts';
import { openRaw, within } from '../rawConnection.ts';
import type { Attack, Target } from '../protocol.ts';
import { signedIn } from '../signedIn.ts';
import { repeat } from './repeat.ts';
import { createTally, type Tally } from './tally.ts';

const HUGE_BYTES = 10 * 1_024 * 1_024;
const HUGE = Buffer.alloc(HUGE_BYTES, 'x');
const CHUNK = 64 * 1_024;
const ANSWER_MS = 10_000;
const JSON_TYPE = 'content-type: application/json\r\n';
const PATHS = ['/api/v1/auth/sign-in', '/api/v1/enrol', '/api/v1/companies', '/no/such/path'];

/** Sends a head and a body, and reads the first line of the answer. */
async function send(port: number, head: string, body: Iterable<Buffer | string>): Promise<string> {
  const connection = await openRaw(port);
  const answered = new Promise((resolve) => connection.socket.once('data', resolve));
  connection.send(head);
  for (const part of body) {
    if (!connection.socket.writable) break;
    if (!connection.socket.write(part))
      await Promise.race([
        new Promise((resolve) => connection.socket.once('drain', resolve)),
        connection.closed,
      ]);
  }
  const came = await within(ANSWER_MS, Promise.race([answered, connection.closed]));
  connection.close();
  return came ? (connection.received().split('\r\n')[0] ?? '') : 'no answer';
}

const headOf = (port: number, path: string, cookie: string, more: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncookie: ${cookie}\r\n${JSON_TYPE}${more}\r\n`;

function* chunks(total: number): Generator<Buffer | string> {
  const part = HUGE.subarray(0, CHUNK);
  for (let sent = 0; sent < total; sent += CHUNK) {
    yield `${CHUNK.toString(16)}\r\n`;
    yield part;
    yield '\r\n';
  }
  yield '0\r\n\r\n';
}

async function sendHuge({ port }: Target, cookie: string, tally: Tally): Promise<void> {
  for (const path of PATHS) {
    const ways = {
      declared: send(port, headOf(port, path, cookie, `content-length: ${HUGE_BYTES}\r\n`), [HUGE]),
      chunked: send(port, headOf(port, path, cookie, 'transfer-encoding: chunked\r\n'), chunks(HUGE_BYTES)),
      'longer than declared': send(port, headOf(port, path, cookie, 'content-length: 2\r\n'), ['{}', HUGE]),
      'declared as more than there can be': send(
        port,
        headOf(port, path, cookie, 'content-length: 99999999999999\r\n'),
        ['{}'],
      ),
    };
    for (const [way, answer] of Object.entries(ways)) {
      tally.attempt();
      const line = await answer;
      // A server that closes while the rest is on its way may reset the connection before its answer is read.
      if (line !== '' && !/^HTTP\/1\.1 4\d\d /.test(line)) tally.fail(`${path}, ${way}: ${line}`);
    }
  }
}

const BODIES: readonly (readonly [what: string, body: string | Buffer])[] = [
  ['deep', '['.repeat(60_000)],
  ['deep and complete', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
  ['deep objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  [
    'many keys',
    JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, key) => [`k${key}`, key]))),
  ],
  [
    'keys of one hash',
    JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, key) => [key * 1_024, 0]))),
  ],
  ['a number without end', `{"email":${'9'.repeat(60_000)}}`],
  ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
  ['NULs', Buffer.alloc(1_000)],
  ['a byte order mark', '\ufeff{}'],
  ['half a character', '{"email":"\\ud800","password":"\\udfff"}'],
  [
    'an address made for backtracking',
    JSON.stringify({ email: `${'a'.repeat(60)}@${'a-'.repeat(80)}`, password: 'x' }),
  ],
  ['nothing', ''],
];
const TYPES = [
  'application/json',
  'application/json; charset=utf-7',
  'application/xml',
  'multipart/form-data',
  'x',
  '*/*',
];

async function sendOdd({ port }: Target, cookie: string, tally: Tally): Promise<void> {
  for (const path of PATHS) {
    for (const [what, body] of BODIES) {
      for (const type of TYPES) {
        tally.attempt();
        const headers = {
          cookie,
          'content-type': type,
          ...(type === 'x' ? { 'content-encoding': 'gzip' } : {}),
        };
        const fault = faultOf(
          await callHttp(port, { method: 'POST', path, headers, body, from: '127.66.2.1' }),
        );
        if (fault !== undefined) tally.fail(`${what} as ${type} to ${path}: ${fault}`);
      }
    }
  }
}

/** Bodies of 10 MB, and small ones that are hard to read. */
export const bodies: Attack = async (target) => {
  const tally = createTally();
  const cookie = await signedIn(target);
  await sendOdd(target, cookie, tally);
  await repeat(() => sendHuge(target, cookie, tally));
  return tally.outcome();
};
