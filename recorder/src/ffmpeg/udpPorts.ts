import { createSocket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock } from '@sightline/shared';

/** Below the range from which the kernel gives ports by itself. */
const FIRST_PORT = 20_000;
const LAST_PORT = 31_998;
const ATTEMPTS = 200;

/** An even port for RTP and the odd one above it for RTCP (RFC 3550, section 11). */
export interface PortPair {
  rtpPort: number;
  rtcpPort: number;
}

/** The other one of a pair. */
export const rtpPortOf = (rtcpPort: number): number => rtcpPort - 1;

/** Hands out pairs of UDP ports. */
export interface PortAllocator {
  /** @throws if no pair of the range is free. */
  allocate(): Promise<PortPair>;
}

/**
 * Goes round the whole range before a port comes again: what a finished run still had under way must not
 * reach a new one.
 */
export function createPortAllocator(host: string): PortAllocator {
  let next = FIRST_PORT + 2 * randomInt((LAST_PORT - FIRST_PORT) / 2);
  return {
    async allocate() {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const rtpPort = next;
        next = next + 2 > LAST_PORT ? FIRST_PORT : next + 2;
        const free = (await canBind(host, rtpPort)) && (await canBind(host, rtpPort + 1));
        if (free) return { rtpPort, rtcpPort: rtpPort + 1 };
      }
      throw new Error(
        `No pair of UDP ports is free between ${FIRST_PORT} and ${LAST_PORT}; end other programs.`,
      );
    },
  };
}

function canBind(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => socket.close(() => resolve(false)));
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

const POLL_MS = 40;

/** How the wait for something at a UDP socket is bounded. */
export interface SocketWait {
  timeoutMs: number;
  clock: Clock;
  aborted: () => boolean;
}

/** Resolves with true as soon as some process of this machine listens on the UDP port, with false after the time. */
export function waitForListener(host: string, port: number, wait: SocketWait): Promise<boolean> {
  return waitForSocket(host, port, wait, (socket) => socket !== undefined);
}

/** Resolves with true as soon as nothing that arrived at the UDP port is unread, with false after the time. */
export function waitForEmptyQueue(host: string, port: number, wait: SocketWait): Promise<boolean> {
  return waitForSocket(host, port, wait, (socket) => socket === undefined || socket.queuedBytes === 0);
}

async function waitForSocket(
  host: string,
  port: number,
  { timeoutMs, clock, aborted }: SocketWait,
  fits: (socket: ReceivingSocket | undefined) => boolean,
): Promise<boolean> {
  const deadlineMs = clock.nowMs() + timeoutMs;
  while (!aborted()) {
    if (fits(await readSocket(host, port))) return true;
    if (clock.nowMs() >= deadlineMs) return false;
    await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
  }
  return false;
}

/** What the kernel says of a socket that receives. */
export interface ReceivingSocket {
  /** What has arrived and was not read yet. */
  queuedBytes: number;
  /** How many packets found no room in it, in all. */
  droppedPackets: number;
}

/** The UDP socket of this machine that is bound to the port; undefined without one. */
export const readSocket = async (host: string, port: number): Promise<ReceivingSocket | undefined> =>
  findSocket(await readFile('/proc/net/udp', 'latin1'), host, port);

/**
 * Finds the socket that is bound to the port; undefined without one.
 *
 * @param sockets what `/proc/net/udp` reads: after the local address come remote address, state, tx:rx queues; the last is drops.
 */
export function findSocket(sockets: string, host: string, port: number): ReceivingSocket | undefined {
  const local = `${hexAddress(host)}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const fields = sockets
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, address]) => address === local);
  const queue = fields?.[4]?.split(':')[1];
  if (queue === undefined) return undefined;
  return { queuedBytes: Number.parseInt(queue, 16), droppedPackets: Number(fields?.at(-1)) };
}

/** An IPv4 address as /proc/net/udp writes it: little endian. */
const hexAddress = (host: string): string =>
  host
    .split('.')
    .reverse()
    .map((byte) => Number(byte).toString(16).toUpperCase().padStart(2, '0'))
    .join('');
