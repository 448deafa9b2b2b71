import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { UPLOADED_INPUT } from './readableSource.ts';

/** A frame as it stands in a file. */
export interface ProbedFrame {
  /** ms from the file's first frame. */
  atMs: number;
  isKey: boolean;
}

/** The pictures of a file, as far as it can be read. */
export interface ProbedVideo {
  /** As ffmpeg names it, such as `h264`. */
  codec: string;
  /** Whether frames are stored in another order than they are shown in. */
  reordered: boolean;
  /** The file's time stamp of the first frame, in seconds. */
  firstPts: number;
  /** In the order in which they are shown. */
  frames: readonly ProbedFrame[];
  /** Until when the last frame lasts, in ms from the first; undefined if the file does not say. */
  endMs: number | undefined;
}

/**
 * Reads when the frames of an upload's first video are shown, without decoding them. A torn file is read up to the tear.
 *
 * @returns undefined if there is no frame in it.
 */
export async function probeVideo(path: string): Promise<ProbedVideo | undefined> {
  const ffprobe = spawn(
    'ffprobe',
    [
      ...['-v', 'error', ...UPLOADED_INPUT, '-select_streams', 'v:0', '-of', 'csv'],
      ...['-show_entries', 'packet=pts_time,duration_time,flags:stream=codec_name,has_b_frames'],
      path,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const complaints: unknown[] = [];
  ffprobe.stderr.on('data', (text: unknown) => complaints.push(text));
  const gone = new Promise<void>((resolve, reject) => {
    ffprobe.once('error', reject);
    ffprobe.once('close', () => resolve());
  });
  const [rows] = await Promise.all([readRows(createInterface({ input: ffprobe.stdout })), gone]);
  // Where a file is torn, its last packet is only a part of one.
  if (complaints.length > 0) rows.packets.splice(-1);
  return describe(rows);
}

interface Rows {
  codec: string;
  reordered: boolean;
  packets: { pts: number; duration: number; isKey: boolean }[];
}

async function readRows(rows: AsyncIterable<string>): Promise<Rows> {
  const packets: Rows['packets'] = [];
  let codec = '';
  let reordered = false;
  for await (const row of rows) {
    const [kind, ...fields] = row.split(',');
    if (kind === 'stream') {
      codec = fields[0] ?? '';
      reordered = fields[1] !== '0';
    }
    const pts = Number.parseFloat(fields[0] ?? '');
    if (kind !== 'packet' || Number.isNaN(pts)) continue;
    packets.push({
      pts,
      duration: Number.parseFloat(fields[1] ?? ''),
      isKey: fields[2]?.startsWith('K') === true,
    });
  }
  return { codec, reordered, packets };
}

function describe({ codec, reordered, packets }: Rows): ProbedVideo | undefined {
  packets.sort((a, b) => a.pts - b.pts);
  const [first, last] = [packets[0], packets.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const sinceFirst = (pts: number): number => (pts - first.pts) * 1_000;
  return {
    codec,
    reordered,
    firstPts: first.pts,
    frames: packets.map(({ pts, isKey }) => ({ atMs: sinceFirst(pts), isKey })),
    endMs: Number.isNaN(last.duration) ? undefined : sinceFirst(last.pts + last.duration),
  };
}
