import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '../harness/tempDir.ts';
import { run } from '../harness/proc.ts';

/** A picture as a decoder shows it. */
export interface DecodedPicture {
  /** The file's time stamp, in ms. */
  atMs: number;
  /** Of all of its pixels. */
  md5: string;
}

/** Decodes the video of a file, also where it is damaged: what is made up for the damage is a picture too. */
export async function decodePictures(file: string): Promise<DecodedPicture[]> {
  const folder = await createTempDir('pictures');
  try {
    const list = join(folder.path, 'pictures');
    await run('ffmpeg', [
      ...['-hide_banner', '-nostats', '-nostdin', '-loglevel', 'fatal', '-copyts', '-i', file],
      ...['-map', '0:v:0', '-fps_mode', 'passthrough', '-enc_time_base', '1:90000', '-f', 'framemd5', list],
    ]);
    const rows = (await readFile(list, 'utf8')).split('\n').filter((row) => /^\d/.test(row));
    return rows.map((row) => {
      const [, , pts, , , md5 = ''] = row.split(',').map((field) => field.trim());
      return { atMs: Number(pts) / 90, md5 };
    });
  } finally {
    await folder.close();
  }
}
