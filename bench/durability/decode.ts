import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;
const execute = promisify(execFile);

/** Whether ffmpeg decodes the file from its beginning to its end without a complaint. */
export async function isPlayable(path: string): Promise<boolean> {
  try {
    const { stderr } = await execute('ffmpeg', [
      '-v',
      'error',
      '-i',
      path,
      '-map',
      '0:v:0',
      '-f',
      'null',
      '-',
    ]);
    return stderr.trim() === '';
  } catch (error) {
    if (isExit(error)) return false;
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
