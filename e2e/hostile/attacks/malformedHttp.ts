import { exchange } from '../rawConnection.ts';
import type { Attack } from '../protocol.ts';
import { repeat } from './repeat.ts';
import { createTally } from './tally.ts';

const ANSWER_MS = 3_000;

const requests = (port: number): readonly (readonly [what: string, bytes: string])[] => {
  const host = `Host: 127.0.0.1:${port}\r\n`;
  const get = (target: string, headers = ''): string =>
    `GET ${target} HTTP/1.1\r\n${host}Connection: close\r\n${headers}\r\n`;
  const post = (headers: string, body: string): string =>
    `POST /api/v1/enrol HTTP/1.1\r\n${host}${headers}\r\n${body}`;
  return [
    ['a header of 100 KB', get('/healthz', `X: ${'x'.repeat(100_000)}\r\n`)],
    ['5,000 headers', get('/healthz', Array.from({ length: 5_000 }, (_, at) => `X-${at}: 1\r\n`).join(''))],
    ['a cookie of 15 KB', get('/api/v1/auth/me', `Cookie: ${'sightline=;'.repeat(1_300)}\r\n`)],
    ['a header with a NUL', get('/healthz', 'X: a\0b\r\n')],
    ['a header without a name', get('/healthz', ': x\r\n')],
    ['a header in two lines', get('/healthz', 'X: a\r\n b\r\n')],
    ['line feeds only', 'GET /healthz HTTP/1.1\nHost: x\n\n'],
    ['a path of 60 KB', get(`/${'a'.repeat(60_000)}`)],
    ['a path with a NUL', get('/%00')],
    ['a path that is no UTF-8', get('/api/v1/sessions/%ff%fe')],
    ['half an escape', get('/api/v1/sessions/%e0%a')],
    ['a path that climbs', get('/agent/..%2f..%2f..%2f..%2fetc/passwd')],
    ['a path that climbs backwards', get('/agent/..\\..\\..\\etc\\passwd')],
    ['another path that climbs', get('/agent/%2e%2e/%2e%2e/package.json')],
    ['a path that begins with two slashes', get('//example.org/%2e%2e')],
    ['an absolute address', get('http://example.org/healthz')],
    ['no path', 'GET  HTTP/1.1\r\n\r\n'],
    ['an unknown method', `BREW /healthz HTTP/1.1\r\n${host}\r\n`],
    ['a rare method', `PROPFIND /healthz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`],
    ['CONNECT', `CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n`],
    ['TRACE', `TRACE / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`],
    ['another version', `GET /healthz HTTP/9.9\r\n${host}\r\n`],
    ['HTTP/0.9', 'GET /healthz\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['no host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['two hosts', `GET /healthz HTTP/1.1\r\n${host}Host: example.org\r\nConnection: close\r\n\r\n`],
    ['two lengths', post('Content-Length: 1\r\nContent-Length: 2\r\n', '{}')],
    [
      'a length and chunks',
      post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nGET / HTTP/1.1\r\n\r\n'),
    ],
    ['a negative length', post('Content-Length: -1\r\n', '{}')],
    ['a chunk of a size that is none', post('Transfer-Encoding: chunked\r\n', 'zz\r\n')],
    ['a chunk larger than there can be', post('Transfer-Encoding: chunked\r\n', 'ffffffffffffffffff\r\n')],
    [
      'chunks with endless extensions',
      post('Transfer-Encoding: chunked\r\n', `1;${'a'.repeat(100_000)}\r\n`),
    ],
    ['an expectation', post('Expect: 200-ok\r\nConnection: close\r\nContent-Length: 2\r\n', '{}')],
    [
      'requests and then something else',
      `${`GET /healthz HTTP/1.1\r\n${host}\r\n`.repeat(200)}\x00\x01garbage\r\n\r\n`,
    ],
    [
      'an upgrade to what nobody speaks',
      get('/socket.io/?EIO=4&transport=websocket', 'Upgrade: h2c\r\n').replace('close', 'Upgrade'),
    ],
    ['an upgrade elsewhere', get('/api/v1/auth/me', 'Upgrade: websocket\r\n').replace('close', 'Upgrade')],
    [
      'an upgrade without a key',
      get(
        '/socket.io/?EIO=4&transport=websocket',
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n',
      ).replace('close', 'Upgrade'),
    ],
    [
      'an upgrade to a session that is none',
      get(
        '/socket.io/?EIO=4&transport=websocket&sid=__proto__',
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
      ).replace('close', 'Upgrade'),
    ],
    ['polling', get('/socket.io/?EIO=4&transport=polling')],
    ['polling with a session that is none', get('/socket.io/?EIO=4&transport=polling&sid=__proto__')],
    ['another transport', get('/socket.io/?EIO=4&transport=constructor')],
    ['another version of Engine.IO', get('/socket.io/?EIO=3&transport=websocket')],
  ];
};

/** What is no HTTP, or only just: headers, lines, lengths, pipelines and upgrades. */
export const malformedHttp: Attack = async ({ port }) => {
  const tally = createTally();
  await repeat(async () => {
    await Promise.all(
      requests(port).map(async ([what, bytes]) => {
        tally.attempt();
        const { text, closed } = await exchange(port, Buffer.from(bytes, 'latin1'), ANSWER_MS);
        const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
        if (!closed && statuses.length === 0) tally.fail(`${what}: neither answered nor closed`);
        if (statuses.some((status) => status >= 500)) tally.fail(`${what}: ${text.slice(0, 200)}`);
        if (text.includes('root:')) tally.fail(`${what}: showed a file`);
      }),
    );
  });
  return tally.outcome();
};
