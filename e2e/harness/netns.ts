import { join } from 'node:path';
import { type Closable, createCleanup } from './cleanup.ts';
import { run, startProc } from './proc.ts';
import { startTcpRelay, type TcpRelay } from './tcpRelay.ts';
import { createTempDir } from './tempDir.ts';

const RELAY_TIMEOUT_MS = 10_000;
const MAX_NAMESPACES = 250;

/** One Ethernet frame: a slow link sends packet by packet, and a probe of five packets must feel that it does. */
const BURST_BYTES = 1_600;

export interface RateLimit {
  readonly rateBps: number;
  /** Longest time a packet may wait in the queue before packets are dropped. */
  readonly queueMs: number;
}

/**
 * A network of its own for an agent: its media crosses a pair of virtual interfaces that can be throttled.
 * Needs root.
 */
export interface NetworkNamespace extends Closable {
  readonly name: string;
  /** Address of the host's end, where the media server must be reachable. */
  readonly hostAddress: string;
  /** Address of the end inside. */
  readonly insideAddress: string;
  /** Throttles what leaves the namespace; replaces an earlier limit. */
  setRate(limit: RateLimit): Promise<void>;
  clearRate(): Promise<void>;
  /**
   * Pulls the cable: media and relayed connections fall silent. Inside, the interface goes down; or, where it happens
   * further away, nothing tells of it.
   */
  cut(where?: 'here' | 'far'): Promise<void>;
  /** Plugs it in again. */
  restore(): Promise<void>;
  /** Makes a TCP port of the host's loopback address reachable at the same address inside, unthrottled. */
  relayTcp(port: number): Promise<void>;
}

function namespaceName(index: number): string {
  return `sightline${index}`;
}

/** Adds the first namespace whose number is free, and returns that number. */
async function addNamespace(): Promise<number> {
  const inUse = new Set((await run('ip', ['netns', 'list'])).split(/\s+/));
  for (let index = 0; index < MAX_NAMESPACES; index += 1) {
    if (inUse.has(namespaceName(index))) continue;
    try {
      await run('ip', ['netns', 'add', namespaceName(index)]);
      return index;
    } catch (error) {
      // Another test took this number since the list was made.
      if (!String(error).includes('File exists')) throw error;
    }
  }
  throw new Error(`all ${MAX_NAMESPACES} network namespaces are in use: delete leftovers (ip netns list)`);
}

/** Creates a network namespace with a 10.77.n.0/30 network between it and the host. */
export async function createNetworkNamespace(): Promise<NetworkNamespace> {
  const cleanup = createCleanup();
  const index = await addNamespace();
  const name = namespaceName(index);
  const host = `slhost${index}`;
  const inside = `slin${index}`;
  const hostAddress = `10.77.${index}.1`;
  const insideAddress = `10.77.${index}.2`;
  const within = (...command: string[]): Promise<string> => run('ip', ['netns', 'exec', name, ...command]);

  cleanup.use({ close: async () => void (await run('ip', ['netns', 'delete', name])) });
  try {
    await run('ip', ['link', 'add', host, 'type', 'veth', 'peer', 'name', inside, 'netns', name]);
    // Deleting one end deletes the other, also where a process still holds the namespace.
    cleanup.use({ close: async () => void (await run('ip', ['link', 'delete', host])) });
    await run('ip', ['address', 'add', `${hostAddress}/30`, 'dev', host]);
    await run('ip', ['link', 'set', host, 'up']);
    await within('ip', 'address', 'add', `${insideAddress}/30`, 'dev', inside);
    await within('ip', 'link', 'set', inside, 'up');
    await within('ip', 'link', 'set', 'lo', 'up');
    // Without a default route Chromium finds no network interface to send media from.
    await within('ip', 'route', 'add', 'default', 'via', hostAddress);
  } catch (error) {
    await cleanup.close();
    throw error;
  }
  let limited = false;
  const relays: TcpRelay[] = [];

  return {
    name,
    hostAddress,
    insideAddress,
    async setRate({ rateBps, queueMs }) {
      const shape = ['rate', `${rateBps}bit`, 'burst', String(BURST_BYTES), 'latency', `${queueMs}ms`];
      await within('tc', 'qdisc', 'replace', 'dev', inside, 'root', 'tbf', ...shape);
      limited = true;
    },
    async clearRate() {
      if (limited) await within('tc', 'qdisc', 'delete', 'dev', inside, 'root');
      limited = false;
    },
    async cut(where = 'here') {
      for (const relay of relays) relay.cut('silent');
      if (where === 'here') await run('ip', ['link', 'set', host, 'down']);
      else await run('ip', ['address', 'delete', `${hostAddress}/30`, 'dev', host]);
    },
    async restore() {
      await run('ip', ['address', 'replace', `${hostAddress}/30`, 'dev', host]);
      await run('ip', ['link', 'set', host, 'up']);
      for (const relay of relays) relay.restore();
    },
    async relayTcp(port) {
      const directory = cleanup.use(await createTempDir('relay'));
      const socketPath = join(directory.path, 'socket');
      // A Unix socket is visible in every network namespace.
      relays.push(cleanup.use(await startTcpRelay({ path: socketPath }, { port, host: '127.0.0.1' })));
      const listen = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`;
      const socat = cleanup.use(
        await startProc('ip', [
          'netns',
          'exec',
          name,
          'socat',
          '-d',
          '-d',
          listen,
          `UNIX-CONNECT:${socketPath}`,
        ]),
      );
      await socat.line(/listening on/, RELAY_TIMEOUT_MS);
    },
    close: () => cleanup.close(),
  };
}
