import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createCleanup, type Cleanup } from './cleanup.ts';
import { freeTcpPort } from './ports.ts';
import { startTcpRelay, type TcpRelay } from './tcpRelay.ts';

let cleanup: Cleanup;
let relay: TcpRelay;
let relayPort: number;
let serverPort: number;
let arrived: string[];

beforeEach(async () => {
  cleanup = createCleanup();
  arrived = [];
  serverPort = await freeTcpPort();
  const server = createServer((socket) => {
    cleanup.use({ close: () => void socket.destroy() });
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      arrived.push(String(data));
      socket.write(data);
    });
  }).listen(serverPort, '127.0.0.1');
  cleanup.use({ close: () => void server.close() });
  await once(server, 'listening');
  relayPort = await freeTcpPort();
  const target = { port: serverPort, host: '127.0.0.1' };
  relay = cleanup.use(await startTcpRelay({ port: relayPort, host: '127.0.0.1' }, target));
});

afterEach(() => cleanup.close());

async function client(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  cleanup.use({ close: () => void socket.destroy() });
  await once(socket, 'connect');
  return socket;
}

async function echo(socket: Socket, text: string): Promise<void> {
  socket.write(text);
  await once(socket, 'data');
}

it('holds back what is sent in silence, and delivers it afterwards', async () => {
  const relayed = await client(relayPort);
  await echo(relayed, 'before');
  relay.cut('silent');
  relayed.write('during');
  await echo(await client(serverPort), 'directly');
  expect(arrived).toEqual(['before', 'directly']);
  relay.restore();
  await once(relayed, 'data');
  expect(arrived).toEqual(['before', 'directly', 'during']);
});

it('breaks what is connected and takes nothing new when it is closed, and is a way again after that', async () => {
  const relayed = await client(relayPort);
  await echo(relayed, 'before');
  relay.cut('closed');
  await once(relayed, 'close');
  const refused = await client(relayPort);
  await once(refused, 'close');
  relay.restore();
  await echo(await client(relayPort), 'after');
  expect(arrived).toEqual(['before', 'after']);
});
