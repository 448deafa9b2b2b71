import { once } from 'node:events';
import { connect, createServer, type ListenOptions, type NetConnectOpts, type Socket } from 'node:net';
import type { Closable } from './cleanup.ts';

/** `closed`: connections break, and new ones are not taken. `silent`: nothing gets through, and nobody is told. */
export type Cut = 'closed' | 'silent';

/** A way for TCP connections that can be cut. */
export interface TcpRelay extends Closable {
  cut(how: Cut): void;
  /** From now on everything gets through again; what was held back by silence goes first, as TCP would. */
  restore(): void;
}

interface Pair {
  readonly inside: Socket;
  readonly outside: Socket;
}

/** Relays what connects to `listenOn` to `target`. @throws the system's error, such as EADDRINUSE */
export async function startTcpRelay(listenOn: ListenOptions, target: NetConnectOpts): Promise<TcpRelay> {
  const pairs = new Set<Pair>();
  let state: Cut | undefined;
  const end = (pair: Pair): void => {
    pair.inside.destroy();
    pair.outside.destroy();
    pairs.delete(pair);
  };
  const server = createServer((inside) => {
    if (state === 'closed') {
      inside.on('error', () => undefined).destroy();
      return;
    }
    const pair = { inside, outside: connect(target) };
    pairs.add(pair);
    for (const socket of [pair.inside, pair.outside]) {
      // One side's failure is the other side's end, but for a cut that nobody is told of.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        if (state !== 'silent') end(pair);
      });
    }
    if (state === undefined) join(pair);
  });
  server.listen(listenOn);
  await once(server, 'listening');
  return {
    cut(how) {
      state = how;
      for (const pair of [...pairs]) {
        if (how === 'closed') end(pair);
        else separate(pair);
      }
    },
    restore() {
      state = undefined;
      for (const pair of [...pairs]) {
        if (pair.inside.destroyed || pair.outside.destroyed) end(pair);
        else join(pair);
      }
    },
    async close() {
      for (const pair of [...pairs]) end(pair);
      server.close();
      await once(server, 'close');
    },
  };
}

function join({ inside, outside }: Pair): void {
  inside.pipe(outside).pipe(inside);
}

function separate({ inside, outside }: Pair): void {
  inside.unpipe(outside).pause();
  outside.unpipe(inside).pause();
}
