import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createCleanup } from './cleanup.ts';
import { createNetworkNamespace } from './netns.ts';
import { freeTcpPort } from './ports.ts';
import { run, startProc } from './proc.ts';

const cleanup = createCleanup();

afterAll(() => cleanup.close());

describe('a network namespace', () => {
  it('lets a program inside reach a port of the host by the loopback address', async () => {
    const network = cleanup.use(await createNetworkNamespace());
    const port = await freeTcpPort();
    const server = createServer((_request, response) => response.end('the page')).listen(port, '127.0.0.1');
    cleanup.use({ close: () => void server.close() });
    await once(server, 'listening');
    await network.relayTcp(port);
    const fetchPage = `fetch('http://127.0.0.1:${port}/').then(async (page) => console.log(await page.text()))`;
    const printed = await run('ip', ['netns', 'exec', network.name, process.execPath, '-e', fetchPage]);
    expect(printed).toBe('the page');
  });

  it('throttles what leaves it, until the limit is taken away', async () => {
    const network = cleanup.use(await createNetworkNamespace());
    const bytes = 400_000;
    const server = createTcpServer().listen(0, network.hostAddress);
    cleanup.use({ close: () => void server.close() });
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');

    const sendMs = async (): Promise<number> => {
      const send = `require('net').connect(${address.port}, '${network.hostAddress}').end(Buffer.alloc(${bytes}))`;
      const received = once(server, 'connection') as Promise<[Socket]>;
      const sender = cleanup.use(
        await startProc('ip', ['netns', 'exec', network.name, process.execPath, '-e', send]),
      );
      const [socket] = await received;
      const startMs = performance.now();
      socket.resume();
      await once(socket, 'end');
      const elapsedMs = performance.now() - startMs;
      await sender.exited;
      return elapsedMs;
    };
    await network.setRate({ rateBps: 2_000_000, queueMs: 400 });
    const throttledMs = await sendMs();
    await network.clearRate();
    const freeMs = await sendMs();
    expect(throttledMs).toBeGreaterThan(1_200);
    expect(freeMs).toBeLessThan(throttledMs / 4);
  });

  it('leaves nothing behind', async () => {
    const network = await createNetworkNamespace();
    const port = await freeTcpPort();
    await network.relayTcp(port);
    await network.close();
    expect(await run('ip', ['netns', 'list'])).not.toContain(network.name);
    expect(await run('ip', ['-o', 'address'])).not.toContain(network.hostAddress);
  });
});
