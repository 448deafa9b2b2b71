import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createLogger } from '@sightline/shared/node';
import { createConnectionGuard, type ConnectionGuard } from './connectionGuard.ts';

const KIB = 1_024;
const RATE = { burst: 100, perSecond: 10 };

class Connection extends EventEmitter {
  readonly request = { socket: new Socket() };
  readonly transport = new EventEmitter();
  readonly remoteAddress: string;

  constructor(remoteAddress = '192.0.2.1') {
    super();
    this.remoteAddress = remoteAddress;
  }

  close(): void {
    this.emit('close');
  }

  get isOpen(): boolean {
    return !this.request.socket.destroyed;
  }

  receive(packets: number): void {
    for (let packet = 0; packet < packets; packet += 1) this.emit('packet');
  }

  /** Sends data that the client reads at once, or never. */
  send(kib: number, { isRead }: { isRead: boolean }): void {
    this.emit('packetCreate', { data: 'x'.repeat(kib * KIB) });
    if (!isRead) return;
    this.emit('flush');
    this.transport.emit('drain');
  }
}

let clock: ManualClock;
let guard: ConnectionGuard;

const open = (address?: string): Connection => {
  const connection = new Connection(address);
  guard.watch(connection);
  return connection;
};

beforeEach(() => {
  clock = createManualClock(0);
  guard = createConnectionGuard({ clock, logger: createLogger('test', 'silent') });
});

describe('what a connection may send', () => {
  it('is little before it was let in', () => {
    const connection = open();
    connection.receive(20);
    expect(connection.isOpen).toBe(true);
    connection.receive(1);
    expect(connection.isOpen).toBe(false);
  });

  it('is what its namespace allows from then on', () => {
    const connection = open();
    connection.receive(20);
    guard.entered(connection, RATE);
    connection.receive(RATE.burst);
    expect(connection.isOpen).toBe(true);
    clock.advance(1_000);
    connection.receive(RATE.perSecond);
    expect(connection.isOpen).toBe(true);
    connection.receive(1);
    expect(connection.isOpen).toBe(false);
  });
});

describe('a connection that sends a lot at once', () => {
  it('is not read for a while, the longer the more it was', () => {
    const connection = open();
    guard.entered(connection, { burst: 10_000, perSecond: 1_000 });
    const { socket } = connection.request;
    connection.receive(99);
    expect(socket.isPaused()).toBe(false);
    connection.receive(901);
    expect(socket.isPaused()).toBe(true);
    clock.advance(199);
    expect(socket.isPaused()).toBe(true);
    clock.advance(1);
    expect(socket.isPaused()).toBe(false);
    connection.receive(99);
    expect(socket.isPaused()).toBe(false);
  });
});

describe('what waits for a client to read it', () => {
  it('does not matter while it reads', () => {
    const connection = open();
    for (let times = 0; times < 100; times += 1) connection.send(1_000, { isRead: true });
    expect(connection.isOpen).toBe(true);
  });

  it('is at most 4 MiB, and one message of any size', () => {
    const connection = open();
    connection.send(4 * KIB, { isRead: false });
    connection.send(8 * KIB, { isRead: false });
    expect(connection.isOpen).toBe(true);
    connection.send(1, { isRead: false });
    expect(connection.isOpen).toBe(false);
  });

  it('counts what is on its way, too', () => {
    const connection = open();
    connection.send(5 * KIB, { isRead: false });
    connection.emit('flush');
    expect(connection.isOpen).toBe(true);
    connection.send(1, { isRead: false });
    expect(connection.isOpen).toBe(false);
  });
});

describe('connections that wait to be let in', () => {
  it('are at most a thousand of one network', () => {
    const waiting = Array.from({ length: 1_000 }, () => open());
    expect(waiting.every(({ isOpen }) => isOpen)).toBe(true);
    expect(open().isOpen).toBe(false);
    expect(open('192.0.2.2').isOpen).toBe(true);
  });

  it('make room when they are let in, and when they are gone', () => {
    const waiting = Array.from({ length: 1_000 }, () => open());
    const [first, second] = waiting;
    if (first === undefined || second === undefined) throw new Error('two of them are needed');
    guard.entered(first, RATE);
    first.emit('close');
    expect(open().isOpen).toBe(true);
    second.emit('close');
    expect(open().isOpen).toBe(true);
    expect(open().isOpen).toBe(false);
  });

  it('of an IPv6 network count together', () => {
    for (let host = 1; host <= 1_000; host += 1) open(`2001:db8::${host.toString(16)}`);
    expect(open('2001:db8::ffff').isOpen).toBe(false);
    expect(open('2001:db8:0:1::1').isOpen).toBe(true);
  });
});

it('is not read on for long after it was closed', () => {
  const connection = open();
  connection.emit('close');
  expect(connection.isOpen).toBe(true);
  clock.advance(1_000);
  expect(connection.isOpen).toBe(false);
});
