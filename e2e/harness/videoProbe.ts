import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createPatternReader } from '../pattern/decodePattern.ts';
import type { FrameSample } from './frameSummary.ts';

const ERROR_LINES = 20;

/** A picture of a recording. */
export interface RecordedFrameSample extends FrameSample {
  /** Presentation time in seconds, as ffmpeg gives it. */
  readonly ptsS: number;
}

interface FrameHeader {
  readonly ptsS: number;
  readonly width: number;
  readonly height: number;
}

/** What ffmpeg's showinfo filter prints of every picture, in the order in which it writes them. */
const SHOWINFO = /\bn:\s*\d+ .*\bpts_time:(\S+) .*\bs:(\d+)x(\d+)/;

function parseShowinfo(line: string): FrameHeader | undefined {
  const [, ptsS, width, height] = SHOWINFO.exec(line) ?? [];
  if (ptsS === undefined) return undefined;
  return { ptsS: Number(ptsS), width: Number(width), height: Number(height) };
}

/** Takes exact numbers of bytes from a stream, into one buffer that every call uses again. */
function createByteReader(stream: Readable): (length: number) => Promise<Uint8Array | undefined> {
  const chunks = stream.iterator() as AsyncIterator<Buffer, undefined>;
  let rest: Uint8Array = new Uint8Array(0);
  let buffer = new Uint8Array(0);
  return async (length) => {
    if (buffer.length < length) buffer = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      if (rest.length === 0) {
        const next = await chunks.next();
        if (next.done === true) return undefined;
        rest = next.value;
      }
      const part = rest.subarray(0, length - filled);
      buffer.set(part, filled);
      filled += part.length;
      rest = rest.subarray(part.length);
    }
    return buffer.subarray(0, length);
  };
}

/**
 * Decodes a recording (a file, or the path or URL of an HLS playlist) and reads the pattern in every picture.
 * Pictures keep their own size, also where it changes in mid-stream; no more than one is in memory.
 *
 * @throws Error with ffmpeg's last words if it fails.
 */
export async function* probeVideo(input: string): AsyncGenerator<RecordedFrameSample> {
  const keepSize = ['-autoscale', '0', '-fps_mode', 'passthrough'];
  const output = [
    '-map',
    '0:v:0',
    '-vf',
    'showinfo=checksum=0',
    ...keepSize,
    '-pix_fmt',
    'gray',
    '-f',
    'rawvideo',
    '-',
  ];
  const quiet = ['-hide_banner', '-nostdin', '-nostats'];
  const ffmpeg = spawn('ffmpeg', [...quiet, '-i', input, ...output], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(ffmpeg, 'close') as Promise<[number | null]>;
  const errors: string[] = [];
  const headers: FrameHeader[] = [];
  let wake: () => void = () => undefined;
  createInterface({ input: ffmpeg.stderr })
    .on('line', (line) => {
      const header = parseShowinfo(line);
      if (header !== undefined) headers.push(header);
      else if (!line.includes('Parsed_showinfo')) errors.push(line);
      if (errors.length > ERROR_LINES) errors.shift();
      wake();
    })
    .on('close', () => {
      stderrOpen = false;
      wake();
    });
  let stderrOpen = true;
  const nextHeader = async (): Promise<FrameHeader | undefined> => {
    while (headers.length === 0 && stderrOpen) await new Promise<void>((resolve) => (wake = resolve));
    return headers.shift();
  };

  const readBytes = createByteReader(ffmpeg.stdout);
  const readPattern = createPatternReader();
  try {
    for (let header = await nextHeader(); header !== undefined; header = await nextHeader()) {
      const { width, height } = header;
      const data = await readBytes(width * height);
      if (data === undefined) break;
      const reading = readPattern({ data, width, height, stride: width });
      const pattern = reading && {
        frame: reading.frame,
        wallMs: reading.wallMs,
        displayId: reading.displayId,
      };
      yield { ...header, pattern };
    }
    const [code] = await ended;
    if (code !== 0) throw new Error(`ffmpeg could not decode ${input} (${code}):\n${errors.join('\n')}`);
  } finally {
    ffmpeg.kill('SIGKILL');
    await ended;
  }
}
