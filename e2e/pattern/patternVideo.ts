import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { encodePattern } from './encodePattern.ts';
import { PATTERN_COLUMNS, PATTERN_ROWS, QUIET_CELLS } from './patternLayout.ts';

const WIDTH = 640;
const HEIGHT = 360;
const CELL_PX = 16;
const WHITE = 255;

/** A file that shows the pattern, as agents record one. */
export interface PatternVideo {
  path: string;
  /** What the first frame shows as its time. */
  fromMs: number;
  lengthMs: number;
  framesPerSecond: number;
  keyEveryMs: number;
  format: 'h264-mp4' | 'vp8-webm';
}

const ENCODERS = {
  'h264-mp4': [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-tag:v', 'avc3', '-f', 'mp4'],
    ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof'],
  ],
  'vp8-webm': ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '1M', '-f', 'webm'],
};

function paint(frame: number, wallMs: number): Buffer {
  const picture = Buffer.alloc(WIDTH * HEIGHT, WHITE);
  const cells = encodePattern({ frame, wallMs, displayId: 1 });
  for (let row = 0; row < PATTERN_ROWS; row += 1) {
    for (let column = 0; column < PATTERN_COLUMNS; column += 1) {
      if (cells[row * PATTERN_COLUMNS + column] !== 1) continue;
      const left = (QUIET_CELLS + column) * CELL_PX;
      const top = (QUIET_CELLS + row) * CELL_PX;
      for (let y = top; y < top + CELL_PX; y += 1)
        picture.fill(0, y * WIDTH + left, y * WIDTH + left + CELL_PX);
    }
  }
  return picture;
}

/** Writes such a file. */
export async function writePatternVideo(video: PatternVideo): Promise<void> {
  const { framesPerSecond, keyEveryMs, lengthMs, fromMs } = video;
  const raw = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    'gray',
    '-s',
    `${WIDTH}x${HEIGHT}`,
    '-r',
    String(framesPerSecond),
  ];
  const keys = ['-g', String((keyEveryMs * framesPerSecond) / 1_000), '-sc_threshold', '0'];
  const ffmpeg = spawn(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-y', ...raw, '-i', '-', '-pix_fmt', 'yuv420p'],
      ...keys,
      ...ENCODERS[video.format],
      video.path,
    ],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  const ended = once(ffmpeg, 'close') as Promise<[number | null]>;
  for (let frame = 0; (frame * 1_000) / framesPerSecond < lengthMs; frame += 1) {
    const picture = paint(frame, Math.round(fromMs + (frame * 1_000) / framesPerSecond));
    if (!ffmpeg.stdin.write(picture)) await once(ffmpeg.stdin, 'drain');
  }
  ffmpeg.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`ffmpeg could not write ${video.path}`);
}
