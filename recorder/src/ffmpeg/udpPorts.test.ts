import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { createPortAllocator, findSocket, waitForEmptyQueue, waitForListener } from './udpPorts.ts';

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
    const within = (timeoutMs: number, aborted = false) => ({ timeoutMs, clock, aborted: () => aborted });
    expect(await waitForListener(HOST, port, within(5_000))).toBe(true);
    expect(await waitForEmptyQueue(HOST, port, within(5_000))).toBe(true);
    sockets.splice(0).forEach((socket) => socket.close());
    expect(await waitForListener(HOST, port, within(0))).toBe(false);
    expect(await waitForListener(HOST, port, within(5_000, true))).toBe(false);
  });

  it('tell how much of what arrived has not been read, and how much found no room', () => {
    const sockets = [
      '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops',
      ' 3256: 0100007F:4E20 00000000:0000 07 00000000:00003A00 00:00000000 00000000     0        0 475786 2 00000000cccf3351 17',
      ' 3257: 0100007F:4E22 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 475787 2 00000000ad2b9d3a 0',
    ].join('\n');
    expect(findSocket(sockets, HOST, 20_000)).toEqual({ queuedBytes: 0x3a00, droppedPackets: 17 });
    expect(findSocket(sockets, HOST, 20_002)).toEqual({ queuedBytes: 0, droppedPackets: 0 });
    expect(findSocket(sockets, HOST, 20_004)).toBeUndefined();
  });
});
