import { join } from 'node:path';
import type { Cleanup } from '../harness/cleanup.ts';
import { freeTcpPort } from '../harness/ports.ts';
import { startProc, type Proc } from '../harness/proc.ts';
import type { FakeSfu } from './fakeSfu.ts';

const MAIN = join(import.meta.dirname, '../../recorder/src/main.ts');

/** The secret that the recorder shares with the sfu of the test. */
export const RECORDER_SECRET = 'only-for-this-end-to-end-test';

/** Starts a recorder that cuts segments of 2 s, and resolves when it is ready for runs. */
export async function startRecorder(deps: {
  cleanup: Cleanup;
  sfu: FakeSfu;
  dataDir: string;
  /** Added to what it is started with. */
  env?: Readonly<Record<string, string>>;
}): Promise<Proc> {
  const port = await freeTcpPort();
  const recorder = deps.cleanup.use(
    await startProc(process.execPath, [MAIN], {
      env: {
        SIGHTLINE_SFU_URL: deps.sfu.url,
        SIGHTLINE_RECORDER_SECRET: RECORDER_SECRET,
        SIGHTLINE_RECORDER_PORT: String(port),
        SIGHTLINE_DATA_DIR: deps.dataDir,
        SIGHTLINE_SEGMENT_SECONDS: '2',
        ...deps.env,
      },
    }),
  );
  await deps.sfu.recorderReady(port);
  return recorder;
}
