import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;
const execute = promisify(execFile);

/** What ffmpeg makes of a file. `flawed`: it shows pictures, and has complaints. */
export type Playability = 'whole' | 'flawed' | 'unplayable';

/** Decodes a file from its beginning to its end. */
export async function tryPlaying(path: string): Promise<Playability> {
  try {
    const output = ['-f', 'null', '-progress', 'pipe:1', '-'];
    const { stdout, stderr } = await execute('ffmpeg', [
      '-v',
      'error',
      '-i',
      path,
      '-map',
      '0:v:0',
      ...output,
    ]);
    if (!/^frame=[1-9]/m.test(stdout)) return 'unplayable';
    return stderr.trim() === '' ? 'whole' : 'flawed';
  } catch (error) {
    if (isExit(error)) return 'unplayable';
    throw error;
  }
}

/** The file's video as a transport stream; undefined if ffmpeg cannot read it. */
export async function asTransportStream(path: string): Promise<Buffer | undefined> {
  try {
    const { stdout } = await execute(
      'ffmpeg',
      ['-v', 'error', '-i', path, '-map', '0:v:0', '-c', 'copy', '-f', 'mpegts', '-'],
      { encoding: 'buffer', maxBuffer: MAX_OUTPUT_BYTES },
    );
    return stdout;
  } catch (error) {
    if (isExit(error)) return undefined;
    throw error;
  }
}

/** ffmpeg ran, and gave up. */
const isExit = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number';
