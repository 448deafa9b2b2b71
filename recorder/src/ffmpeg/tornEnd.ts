import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, truncate } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { lastFrameOf, type TsLastFrame } from './tsFrames.ts';

/** Frames are spread evenly over as few RTP packets of some 1,200 bytes as they need: less is one that came in one packet. */
const LEAST_PART_BYTES = 565;

/** Any complaint means that a frame is not whole. */
const DECODE = [
  ...['-hide_banner', '-nostats', '-loglevel', 'error', '-err_detect', 'explode', '-threads', '1'],
  ...['-f', 'mpegts', '-i', 'pipe:0', '-map', '0:v:0', '-fps_mode', 'passthrough', '-f', 'null', '-'],
];

/**
 * Cuts the last frame off a transport stream if only a part of it has come: browsers refuse to decode it, and play nothing
 * that comes after it. Whether it is whole only a decoder can tell.
 *
 * @returns whether there was one to cut off
 * @throws an error if ffmpeg cannot be started; the file is as it was then.
 */
export async function cutTornEnd(path: string): Promise<boolean> {
  const last = lastFrameOf(await readFile(path));
  if (last === undefined || last.bytes <= LEAST_PART_BYTES || (await decodes(last))) return false;
  await truncate(path, last.offset);
  return true;
}

/** Decodes the frame and the key frame before it. What lies between them is only where its pictures come from. */
async function decodes({ decodable }: TsLastFrame): Promise<boolean> {
  const ffmpeg = spawn('ffmpeg', DECODE, { stdio: ['pipe', 'ignore', 'pipe'] });
  const complaints = text(ffmpeg.stderr);
  await once(ffmpeg, 'spawn');
  const gone = once(ffmpeg, 'close');
  // It may have seen enough before it has read everything.
  const fed = pipeline([decodable], ffmpeg.stdin).catch((error: unknown) => String(error));
  const [said] = await Promise.all([complaints, fed, gone]);
  return said.trim() === '';
}
