import type { IncomingMessage } from 'node:http';
import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { networkOf } from '../identity/throttle.ts';
import { createTokenBucket, type Limiter, type Rate } from './tokenBucket.ts';

/** The part of an Engine.IO connection that is watched. */
export interface WatchedConnection {
  readonly request: Pick<IncomingMessage, 'socket'>;
  readonly remoteAddress: string;
  readonly transport: { on(event: 'drain', listener: () => void): unknown };
  on(event: 'packet' | 'flush', listener: () => void): unknown;
  on(event: 'packetCreate', listener: (packet: { data?: unknown }) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  close(discard: boolean): unknown;
}

/** Keeps connections from taking more than their share, before anything that they send is parsed. */
export interface ConnectionGuard {
  /** Watches a connection that nobody has let in yet. */
  watch(connection: WatchedConnection): void;
  /** A namespace has let the connection in: from now on it may send this much. */
  entered(connection: object, rate: Rate): void;
}

/** To enter a namespace takes one packet, and now and then an answer to a ping. */
const STRANGER_RATE: Rate = { burst: 20, perSecond: 1 };
/** An office restarts all its machines at once; a flood runs into this before memory does. */
const STRANGERS_PER_NETWORK = 1_000;
/** What a client has not read of what was sent to it. The list of some thousand machines may come on top. */
const UNREAD_LIMIT_BYTES = 4 * 1_024 * 1_024;
/** So many packets are read in a row; then everybody else has a turn. */
const PACKETS_PER_TURN = 100;
/** For each packet of a turn, the connection then is not read for this long: some times what it took to serve it. */
const BREATH_PER_PACKET_MS = 0.2;
/** The other side may take this long to answer the closing frame. */
const LINGER_MS = 1_000;

interface Watched {
  limiter: Limiter;
  /** It is no stranger any more: it was let in, or is gone. May be called again. */
  known(): void;
}

/** Builds a {@link ConnectionGuard}. */
export function createConnectionGuard({
  clock,
  logger,
}: {
  clock: Pick<Clock, 'nowMs' | 'after'>;
  logger: Logger;
}): ConnectionGuard {
  const connections = new WeakMap<object, Watched>();
  const strangers = new Map<string, number>();

  /** @returns how many there are of this network, and what to call when this one is none any more */
  const addStranger = (network: string): { number: number; known: () => void } => {
    const change = (by: 1 | -1): number => {
      const number = (strangers.get(network) ?? 0) + by;
      if (number === 0) strangers.delete(network);
      else strangers.set(network, number);
      return number;
    };
    let isStranger = true;
    const known = (): void => {
      if (isStranger) change(-1);
      isStranger = false;
    };
    return { number: change(1), known };
  };

  return {
    watch(connection) {
      const { socket } = connection.request;
      const address = connection.remoteAddress;
      const { number, known } = addStranger(networkOf(address));
      const watched: Watched = { limiter: createTokenBucket(clock, STRANGER_RATE), known };
      connections.set(connection, watched);
      const cut = (code: string, why: string): void => {
        if (socket.destroyed) return;
        logger.warn({ code, address }, why);
        // First of all nobody listens to it any more: there may be thousands of packets in what was read already.
        connection.close(true);
        socket.destroy();
      };

      connection.once('close', () => {
        known();
        // Whoever does not answer the closing frame would be read on for half a minute.
        socket.once(
          'close',
          clock.after(LINGER_MS, () => socket.destroy()),
        );
      });
      if (number > STRANGERS_PER_NETWORK) {
        cut('too-many-connections', 'many connections of one network wait to be let in; this one is closed');
        return;
      }
      const takeBreath = createBreath(socket, clock);
      connection.on('packet', () => {
        if (watched.limiter()) takeBreath();
        else cut('flooding', 'a connection that sends far too much is closed');
      });

      let waitingBytes = 0;
      let onItsWayBytes = 0;
      connection.on('packetCreate', ({ data }) => {
        if (waitingBytes + onItsWayBytes > UNREAD_LIMIT_BYTES)
          cut('unread', 'a connection that does not read what is sent to it is closed');
        waitingBytes += typeof data === 'string' ? Buffer.byteLength(data) : 0;
      });
      connection.on('flush', () => {
        onItsWayBytes += waitingBytes;
        waitingBytes = 0;
      });
      connection.transport.on('drain', () => {
        onItsWayBytes = 0;
      });
    },
    entered(connection, rate) {
      const watched = connections.get(connection);
      if (watched === undefined) return;
      watched.known();
      watched.limiter = createTokenBucket(clock, rate);
    },
  };
}

/** Returns what to call with each packet: from time to time, the socket is not read, so that others are. */
function createBreath(
  socket: Pick<IncomingMessage['socket'], 'pause' | 'resume' | 'cork' | 'uncork'>,
  clock: Pick<Clock, 'after'>,
): () => void {
  let packets = 0;
  const resume = (): void => {
    packets = 0;
    socket.resume();
  };
  return () => {
    packets += 1;
    if (packets !== PACKETS_PER_TURN) return;
    socket.pause();
    // So many answers go out in one go: to hand each of them to the system would take longer than to make it.
    socket.cork();
    // What was read already is served before any timer; only then is it known how much that was.
    clock.after(0, () => {
      socket.uncork();
      clock.after(packets * BREATH_PER_PACKET_MS, resume);
    });
  };
}
