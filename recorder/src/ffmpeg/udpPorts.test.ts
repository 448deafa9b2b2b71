import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { createPortAllocator, waitForListener } from './udpPorts.ts';

const HOST = '127.0.0.1';

describe('UDP ports for runs', () => {
  const sockets: ReturnType<typeof createSocket>[] = [];
  const bind = async (port: number): Promise<number> => {
    const socket = createSocket('udp4').bind({ address: HOST, port, exclusive: true });
    sockets.push(socket);
    await once(socket, 'listening');
    return socket.address().port;
  };
  afterEach(() => sockets.splice(0).forEach((socket) => socket.close()));

  it('come in pairs, even before odd, never the same twice in a row', async () => {
    const allocator = createPortAllocator(HOST);
    const pairs = await Promise.all(Array.from({ length: 20 }, () => allocator.allocate()));
    for (const { rtpPort, rtcpPort } of pairs) {
      expect(rtpPort % 2).toBe(0);
      expect(rtcpPort).toBe(rtpPort + 1);
    }
    expect(new Set(pairs.map(({ rtpPort }) => rtpPort)).size).toBe(pairs.length);
  });

  it('pass over a pair of which one is taken', async () => {
    const allocator = createPortAllocator(HOST);
    const { rtpPort } = await allocator.allocate();
    await bind(rtpPort + 3);
    expect((await allocator.allocate()).rtpPort).toBeGreaterThan(rtpPort + 2);
  });

  it('are seen as soon as somebody listens, and given up after the time', async () => {
    const port = await bind(0);
    const clock = createManualClock();
    expect(await waitForListener(HOST, port, 5_000, clock, () => false)).toBe(true);
    sockets.splice(0).forEach((socket) => socket.close());
    expect(await waitForListener(HOST, port, 0, clock, () => false)).toBe(false);
    expect(await waitForListener(HOST, port, 5_000, clock, () => true)).toBe(false);
  });
});
