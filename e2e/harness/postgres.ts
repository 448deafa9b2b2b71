import { chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Closable, createCleanup } from './cleanup.ts';
import { freeTcpPort } from './ports.ts';
import { type Proc, run, startProc } from './proc.ts';
import { createTempDir } from './tempDir.ts';
import { until } from './until.ts';

const DEBIAN_VERSIONS = '/usr/lib/postgresql';
const START_TIMEOUT_MS = 60_000;
/** What PostgreSQL recovers from as from a crash (its manual, section 19.5). */
const IMMEDIATE_SHUTDOWN = 'SIGQUIT';
const USER = 'postgres';
const LOOPBACK = '127.0.0.1';

/** A PostgreSQL server of the test's own, on a free port. */
export interface PostgresServer extends Closable {
  readonly port: number;
  /** Creates an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  /** Ends it at once, without writing anything more, and starts it again on the same files. */
  crash(): Promise<void>;
}

/**
 * Starts a server on an empty folder. Whatever cluster the system runs is left alone.
 *
 * @throws Error if PostgreSQL is not installed (`npm run setup` with the tests' packages) or does not start.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const cleanup = createCleanup();
  try {
    const binaries = await findBinaries();
    const asUser = await unprivileged();
    const directory = cleanup.use(await createTempDir('postgres'));
    if (asUser.uid !== undefined && asUser.gid !== undefined)
      await chown(directory.path, asUser.uid, asUser.gid);
    const data = join(directory.path, 'data');
    const initdb = ['-D', data, '-U', USER, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    await run(...asUser.command(join(binaries, 'initdb'), initdb));
    const port = await freeTcpPort();
    let current = await startServer(asUser, binaries, data, port);
    cleanup.use({
      close: async () => {
        current.kill(IMMEDIATE_SHUTDOWN);
        await current.close();
      },
    });
    return {
      port,
      async createDatabase(name) {
        await run(join(binaries, 'createdb'), ['-h', LOOPBACK, '-p', String(port), '-U', USER, name]);
        return `postgres://${USER}@${LOOPBACK}:${port}/${name}`;
      },
      async crash() {
        current.kill(IMMEDIATE_SHUTDOWN);
        await current.exited;
        current = await startServer(asUser, binaries, data, port);
      },
      close: () => cleanup.close(),
    };
  } catch (error) {
    await cleanup.close();
    throw error;
  }
}

async function startServer(
  asUser: Unprivileged,
  binaries: string,
  data: string,
  port: number,
): Promise<Proc> {
  const settings = { listen_addresses: LOOPBACK, port, unix_socket_directories: '', max_connections: 200 };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = await startProc(...asUser.command(join(binaries, 'postgres'), ['-D', data, ...args]));
  const isReady = ['-h', LOOPBACK, '-p', String(port), '-U', USER, '-t', '1'];
  try {
    await until('PostgreSQL', async () => (await run(join(binaries, 'pg_isready'), isReady)) !== '', {
      timeoutMs: START_TIMEOUT_MS,
    });
  } catch (error) {
    await server.close();
    throw new Error(`PostgreSQL did not start; it printed:\n${server.tail()}`, { cause: error });
  }
  return server;
}

/** Debian keeps one folder per version, and none of them on the PATH. */
async function findBinaries(): Promise<string> {
  const versions = (await readdir(DEBIAN_VERSIONS)).map(Number).filter(Number.isInteger);
  if (versions.length === 0) throw new Error(`there is no PostgreSQL in ${DEBIAN_VERSIONS}`);
  return join(DEBIAN_VERSIONS, String(Math.max(...versions)), 'bin');
}

interface Unprivileged {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  command(program: string, args: readonly string[]): [string, string[]];
}

/** PostgreSQL refuses to run as root: it then runs as the user that its package made. */
async function unprivileged(): Promise<Unprivileged> {
  if (process.getuid?.() !== 0)
    return { uid: undefined, gid: undefined, command: (program, args) => [program, [...args]] };
  const [uid, gid] = await Promise.all([run('id', ['-u', USER]), run('id', ['-g', USER])]);
  return {
    uid: Number(uid),
    gid: Number(gid),
    // The kernel forgets to kill a child with its parent when the child changes its user, so it is told again.
    command: (program, args) => [
      'setpriv',
      [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--pdeathsig=KILL', '--', program, ...args],
    ],
  };
}
