import { join } from 'node:path';
import type { Closable } from './cleanup.ts';
import { createCleanup } from './cleanup.ts';
import { freeTcpPort } from './ports.ts';
import { startProc, type Proc } from './proc.ts';
import { createTempDir } from './tempDir.ts';

const PROJECT = join(import.meta.dirname, '../..');
const READY_MS = 20_000;

/** The services as a user runs them, on ports and in a folder of their own. */
export interface Stack extends Closable {
  /** Where dashboard and API are, without a slash at the end. */
  readonly url: string;
  readonly agentUrl: string;
  readonly dataDir: string;
  readonly recorderSecret: string;
  readonly sfu: Proc;
  /** The recorder that runs now; undefined before `startRecorder`. */
  readonly recorder: Proc | undefined;
  /** Starts a recorder, also after another one was killed. Resolves when the sfu has it. */
  startRecorder(): Promise<Proc>;
}

/** What a test may ask of its stack. */
export interface StackOptions {
  /** Default true. */
  readonly recorder?: boolean;
  /** Address on which media is received; loopback by default. */
  readonly mediaHost?: string;
  readonly workers?: number;
  /** The program that is the sfu; the product's own by default. */
  readonly sfuMain?: string;
}

/** Starts the sfu and, unless told otherwise, a recorder. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const cleanup = createCleanup();
  const data = cleanup.use(await createTempDir('stack'));
  const port = await freeTcpPort();
  const recorderPort = await freeTcpPort();
  const recorderSecret = 'only-for-this-end-to-end-test';
  const url = `http://127.0.0.1:${port}`;
  const env = {
    SIGHTLINE_PORT: String(port),
    SIGHTLINE_RECORDER_PORT: String(recorderPort),
    SIGHTLINE_SFU_URL: url,
    SIGHTLINE_DASHBOARD_ORIGIN: url,
    SIGHTLINE_DATA_DIR: data.path,
    SIGHTLINE_RECORDER_SECRET: recorderSecret,
    SIGHTLINE_WORKERS: String(options.workers ?? 1),
    ...(options.mediaHost === undefined ? {} : { SIGHTLINE_MEDIA_HOST: options.mediaHost }),
  };
  const start = async (main: string): Promise<Proc> =>
    cleanup.use(await startProc(process.execPath, [main], { env }));

  let recorder: Proc | undefined;
  try {
    const sfu = await start(options.sfuMain ?? join(PROJECT, 'sfu/src/main.ts'));
    await sfu.line(/"address":/, READY_MS);
    const stack: Stack = {
      url,
      agentUrl: `${url}/agent/`,
      dataDir: data.path,
      recorderSecret,
      sfu,
      get recorder() {
        return recorder;
      },
      async startRecorder() {
        const started = await start(join(PROJECT, 'recorder/src/main.ts'));
        await started.line(/"msg":"ready/, READY_MS);
        recorder = started;
        return started;
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
