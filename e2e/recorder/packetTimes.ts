import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../harness/proc.ts';
import { createTempDir } from '../harness/tempDir.ts';

/** When the packets of a kind in these TS files or playlists are to be presented, in ms, file by file. */
export async function readPacketTimes(files: readonly string[], kind: 'a' | 'v'): Promise<number[]> {
  const folder = await createTempDir('packets');
  const list = join(folder.path, 'times');
  const times: number[] = [];
  try {
    for (const file of files) {
      await run('ffprobe', [
        ...['-v', 'error', '-select_streams', `${kind}:0`, '-o', list],
        ...['-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file],
      ]);
      const rows = (await readFile(list, 'utf8')).matchAll(/^[\d.]+/gm);
      times.push(...[...rows].map(([seconds]) => Number(seconds) * 1_000));
    }
    return times;
  } finally {
    await folder.close();
  }
}
