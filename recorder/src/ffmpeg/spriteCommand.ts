import { Readable } from 'node:stream';
import createFfmpeg from 'fluent-ffmpeg';
import type { PictureSize } from './spsSize.ts';

/** A picture of pictures. */
export interface SpriteJob {
  /** A transport stream that holds one key frame for each cell, in order. */
  source: readonly Buffer[];
  cell: PictureSize;
  columns: number;
  rows: number;
  /** The pictures all have one size; others are stretched into their cells. */
  keepAspect: boolean;
  /** Absolute; JPEG. */
  path: string;
}

const STDERR_LINES = 20;
/** Recording comes first. */
const NICENESS = 10;
const QUALITY = '6';

/** Draws key frames into a grid, row by row. @throws {Error} with ffmpeg's last words */
export function drawSprite(job: SpriteJob): Promise<void> {
  const { width, height } = job.cell;
  const fit = job.keepAspect
    ? `scale=${width}:${height}:force_original_aspect_ratio=decrease,pad=${width}:${height}:-1:-1`
    : `scale=${width}:${height}`;
  return new Promise((resolve, reject) => {
    createFfmpeg({ stdoutLines: STDERR_LINES, niceness: NICENESS })
      .input(Readable.from(job.source))
      // The grid must not begin anew where the size of the pictures changes.
      .inputOptions([
        '-hide_banner',
        '-nostats',
        '-loglevel',
        'error',
        '-threads',
        '1',
        '-reinit_filter',
        '0',
      ])
      .inputOptions(['-f', 'mpegts'])
      .output(job.path)
      .outputOptions(['-map', '0:v:0', '-fps_mode', 'passthrough', '-frames:v', '1', '-q:v', QUALITY])
      .outputOptions(['-vf', `${fit},setsar=1,format=yuvj420p,tile=${job.columns}x${job.rows}`])
      .outputOptions(['-f', 'image2', '-update', '1'])
      .on('end', () => resolve())
      .on('error', (error: Error, _stdout: string | null, stderr: string | null) => {
        reject(new Error(`${error.message} ${stderr ?? ''}`.trim(), { cause: error }));
      })
      .run();
  });
}
