import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCleanup } from './harness/cleanup.ts';
import { openExposedSfu, type ExposedSfu } from './harness/exposedSfu.ts';
import { reportFigures } from './harness/figures.ts';

const CLIENTS = 200;
/** What the server allows, and how often it looks. */
const HEADERS_MS = 10_000 + 2_000;
const REQUEST_MS = 30_000 + 2_000;
const BUSY_MS = 3_000;

const cleanup = createCleanup();
let sfu: ExposedSfu;

beforeEach(async () => {
  sfu = cleanup.use(await openExposedSfu(() => ({})));
});

afterEach(() => cleanup.close());

/** Sends `head` at once and then `drip` every second. Resolves when the server has closed it, with the time that took. */
async function closedAfterMs(head: string, drip: string): Promise<number> {
  const startedAtMs = Date.now();
  const socket = connect({ host: '127.0.0.1', port: sfu.port });
  // The server may reset it; then there is an error before the end.
  const closed = new Promise((resolve) =>
    socket
      .on('error', () => {})
      .once('close', resolve)
      .resume(),
  );
  const write = (text: string): void => void (text !== '' && socket.writable && socket.write(text));
  write(head);
  const timer = setInterval(() => write(drip), 1_000);
  await closed.finally(() => clearInterval(timer));
  return Date.now() - startedAtMs;
}

const head = (line: string, ...headers: string[]): string =>
  [line, `Host: 127.0.0.1:${sfu.port}`, ...headers, ''].join('\r\n');

const many = (each: () => Promise<number>): Promise<number[]> =>
  Promise.all(Array.from({ length: CLIENTS }, each));

describe(`${CLIENTS} clients that take their time`, () => {
  it('are cut off while they send nothing, or a header byte by byte', async () => {
    const silent = many(() => closedAfterMs('', ''));
    const slow = many(() => closedAfterMs(head('GET /healthz HTTP/1.1', 'X-Slow: '), 'x'));
    const askedAtMs = performance.now();
    expect((await sfu.ask({ host: `127.0.0.1:${sfu.port}` })).status).toBe(200);
    const answeredMs = performance.now() - askedAtMs;
    const closedMs = { silent: Math.max(...(await silent)), slow: Math.max(...(await slow)) };
    reportFigures('slow clients', { answeredMs, closedMs });
    expect(answeredMs).toBeLessThan(1_000);
    expect(Math.max(closedMs.silent, closedMs.slow)).toBeLessThan(HEADERS_MS + BUSY_MS);
  });

  it('are cut off while they send a body byte by byte', async () => {
    const headers = ['Content-Type: application/json', 'Content-Length: 1000', '', '{'];
    const dripping = many(() => closedAfterMs(head('POST /api/v1/auth/sign-in HTTP/1.1', ...headers), ' '));
    expect(Math.max(...(await dripping))).toBeLessThan(REQUEST_MS + BUSY_MS);
  });

  it('are cut off while they open a WebSocket and ask for nothing', async () => {
    const startedAtMs = Date.now();
    const url = `ws://127.0.0.1:${sfu.port}/socket.io/?EIO=4&transport=websocket`;
    const sockets = Array.from({ length: CLIENTS }, () => new WebSocket(url));
    await Promise.all(sockets.map((socket) => once(socket, 'close')));
    expect(Date.now() - startedAtMs).toBeLessThan(HEADERS_MS + BUSY_MS);
  });
});
