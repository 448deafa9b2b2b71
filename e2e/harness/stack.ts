import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SFU_MEMORY_ENV, SFU_NODE_ARGS } from '../../scripts/services/sfu-process.mjs';
import type { Closable } from './cleanup.ts';
import { createCleanup } from './cleanup.ts';
import { freeTcpPort } from './ports.ts';
import { startProc, type Proc } from './proc.ts';
import { signIn, type Api, type Session } from './session.ts';
import { createTempDir } from './tempDir.ts';

const PROJECT = join(import.meta.dirname, '../..');
const SFU_MAIN = join(PROJECT, 'sfu/src/main.ts');
const RECORDER_MAIN = join(PROJECT, 'recorder/src/main.ts');
const READY_MS = 20_000;

/** Whoever owns a stack: the account that its first start creates. */
const OWNER = { email: 'owner@e2e.example', password: 'only-for-this-end-to-end-test' };

/** What an sfu cannot do without. */
export const SFU_SECRETS = {
  SIGHTLINE_SERVER_SECRET: 'only-for-this-end-to-end-test-0123456789',
  SIGHTLINE_RECORDER_SECRET: 'only-for-this-end-to-end-test',
  SIGHTLINE_OWNER_EMAIL: OWNER.email,
  SIGHTLINE_OWNER_PASSWORD: OWNER.password,
};

/** The services as a user runs them, on ports and in a folder of their own. */
export interface Stack extends Closable {
  /** Where dashboard and API are, without a slash at the end. */
  readonly url: string;
  readonly dataDir: string;
  readonly recorderSecret: string;
  /** Where a recorder serves and takes media. */
  readonly recorderUrl: string;
  /** The sfu that runs now. */
  readonly sfu: Proc;
  /** The recorder that runs now; undefined before `startRecorder`. */
  readonly recorder: Proc | undefined;
  /** Calls the API as the owner. */
  readonly api: Api;
  /** Signs in as the owner, with a session of its own. */
  signIn(): Promise<Session>;
  /** Where recorders keep recordings: a folder for each, the first one's first. */
  readonly recordingFolders: readonly string[];
  /** Starts a recorder, also after another one was killed. Resolves when the sfu has it. */
  startRecorder(): Promise<Proc>;
  /** Ends that recorder with a signal. Resolves when it has gone. */
  endRecorder(signal: NodeJS.Signals): Promise<void>;
  /**
   * Starts one more recorder, with a port of its own, on a data folder that is there or else on one of its own. Resolves
   * when the sfu has it.
   */
  startSecondRecorder(dataDir?: string): Promise<Proc>;
  /**
   * Ends the sfu alone with a signal and starts it on the same port and data. Resolves when it listens.
   *
   * @param vainStartsMs starts before that one, each killed after so long, whatever it has done by then.
   */
  restartSfu(signal: NodeJS.Signals, vainStartsMs?: readonly number[]): Promise<Proc>;
}

/** What a test may ask of its stack. */
export interface StackOptions {
  /** Default true. */
  readonly recorder?: boolean;
  /** Address on which media is received; loopback by default. */
  readonly mediaHost?: string;
  readonly workers?: number;
  /** How long an agent may be away without being offline; as the product has it by default. */
  readonly graceSeconds?: number;
  /** A PostgreSQL database; SQLite in the data folder by default. */
  readonly databaseUrl?: string;
  /** Starts before the one that counts, each killed after so long. */
  readonly vainStartsMs?: readonly number[];
  /** The program that is the sfu; the product's own by default. */
  readonly sfuMain?: string;
}

/** Starts an sfu as its own process. Resolves when it listens. */
export async function startSfu(env: Readonly<Record<string, string>>, main = SFU_MAIN): Promise<Proc> {
  const sfu = await spawnSfu(env, main);
  try {
    await sfu.line(/"msg":"listening/, READY_MS);
    return sfu;
  } catch (error) {
    await sfu.close();
    throw error;
  }
}

function spawnSfu(env: Readonly<Record<string, string>>, main = SFU_MAIN): Promise<Proc> {
  return startProc(process.execPath, [...SFU_NODE_ARGS, main], {
    env: { ...SFU_SECRETS, ...SFU_MEMORY_ENV, ...env },
  });
}

/** Starts the sfu and, unless told otherwise, a recorder. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const cleanup = createCleanup();
  const data = cleanup.use(await createTempDir('stack'));
  const port = await freeTcpPort();
  const recorderPort = await freeTcpPort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...SFU_SECRETS,
    SIGHTLINE_PORT: String(port),
    SIGHTLINE_RECORDER_PORT: String(recorderPort),
    SIGHTLINE_SFU_URL: url,
    SIGHTLINE_DASHBOARD_ORIGIN: url,
    SIGHTLINE_DATA_DIR: data.path,
    SIGHTLINE_WORKERS: String(options.workers ?? 1),
    ...(options.mediaHost === undefined ? {} : { SIGHTLINE_MEDIA_HOST: options.mediaHost }),
    ...(options.graceSeconds === undefined ? {} : { SIGHTLINE_GRACE_SECONDS: String(options.graceSeconds) }),
    ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
  };
  const start = async (vainStartsMs: readonly number[] = []): Promise<Proc> => {
    for (const afterMs of vainStartsMs) {
      const killed = cleanup.use(await spawnSfu(env, options.sfuMain));
      await delay(afterMs);
      process.kill(killed.pid, 'SIGKILL');
      await killed.exited;
    }
    return cleanup.use(await startSfu(env, options.sfuMain));
  };

  const recordingFolders = [join(data.path, 'recordings')];
  const spawnRecorder = async (own: Readonly<Record<string, string>> = {}): Promise<Proc> => {
    const started = cleanup.use(
      await startProc(process.execPath, [RECORDER_MAIN], { env: { ...env, ...own } }),
    );
    await started.line(/"msg":"ready/, READY_MS);
    return started;
  };
  let recorder: Proc | undefined;
  let owner: Promise<Session> | undefined;
  try {
    let sfu = await start(options.vainStartsMs);
    const stack: Stack = {
      url,
      dataDir: data.path,
      recorderSecret: SFU_SECRETS.SIGHTLINE_RECORDER_SECRET,
      recorderUrl: `http://127.0.0.1:${recorderPort}`,
      get sfu() {
        return sfu;
      },
      get recorder() {
        return recorder;
      },
      api: async (...call) => (await (owner ??= stack.signIn())).api(...call),
      signIn: () => signIn(url, OWNER),
      recordingFolders,
      async startRecorder() {
        recorder = await spawnRecorder();
        return recorder;
      },
      async endRecorder(signal) {
        if (recorder === undefined) throw new Error('the stack has no recorder');
        process.kill(recorder.pid, signal);
        await recorder.exited;
      },
      async startSecondRecorder(dataDir) {
        const path = dataDir ?? cleanup.use(await createTempDir('second')).path;
        recordingFolders.push(join(path, 'recordings'));
        return spawnRecorder({
          SIGHTLINE_RECORDER_PORT: String(await freeTcpPort()),
          SIGHTLINE_DATA_DIR: path,
        });
      },
      async restartSfu(signal, vainStartsMs) {
        process.kill(sfu.pid, signal);
        await sfu.exited;
        sfu = await start(vainStartsMs);
        return sfu;
      },
      close: () => cleanup.close(),
    };
    if (options.recorder !== false) await stack.startRecorder();
    return stack;
  } catch (error) {
    await cleanup.close();
    throw error;
  }
}
