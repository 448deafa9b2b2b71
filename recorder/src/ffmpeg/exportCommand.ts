import { Readable } from 'node:stream';
import createFfmpeg from 'fluent-ffmpeg';
import type { PictureSize } from './spsSize.ts';

/** A stretch of one transport stream that becomes a part of a video. Times of the stream are in seconds. */
export interface PartJob {
  /** The bytes of the stream. */
  source: AsyncIterable<Buffer>;
  /** Absolute; ffmpeg's working directory, in which `file` is written. */
  folder: string;
  file: string;
  sound: 'copied' | 'silence' | 'none';
  /** Undefined: copied from the stream's beginning, for `durationS`. */
  encode: EncodeOptions | undefined;
  durationS: number;
  /** The file is the video itself: what a player needs first comes first. */
  isWhole: boolean;
}

/** How a part is encoded. */
export interface EncodeOptions {
  /** The frame that is shown at the beginning, and when it begins. */
  firstFrameS: number;
  fromS: number;
  /** All parts are made to fit into this. */
  size: PictureSize;
  /** Written into every picture; `clockFile` is given `wallMs`, when the part begins. Names of files in `folder`. */
  burnIn: { clockFile: string | undefined; textFile: string | undefined; wallMs: number } | undefined;
}

/** How a conversion is watched, and ended. */
export interface ConversionControl {
  signal: AbortSignal;
  /** Told how much of it is done, in seconds of its result. */
  onProgress: (doneS: number) => void;
}

const STDERR_LINES = 20;
/** Recording comes first. */
const NICENESS = 10;
/** Sound that begins late must be found before anything is written. */
const PROBE_ALL = ['-probesize', '100M', '-analyzeduration', '3600M'];
/** Two time stamps that differ by less are the same. */
const SAME_FRAME_S = 0.002;
const FAST_START = ['-movflags', '+faststart'];
const SILENCE = 'anullsrc=r=48000:cl=stereo';

/** Makes a part of a video. @throws {Error} with ffmpeg's last words; the signal's reason */
export function makePart(job: PartJob, control: ConversionControl): Promise<void> {
  const { encode, sound } = job;
  const command = createFfmpeg({ cwd: job.folder, stdoutLines: STDERR_LINES, niceness: NICENESS })
    .input(Readable.from(job.source))
    .inputOptions([
      ...['-hide_banner', '-loglevel', 'error', '-stats'],
      ...(encode === undefined ? [] : ['-copyts']),
      ...(sound === 'copied' ? PROBE_ALL : []),
      ...['-f', 'mpegts'],
    ]);
  if (sound === 'silence') command.input(SILENCE).inputOptions(['-f', 'lavfi']);
  command
    .output(job.file)
    .outputOptions([
      ...['-map', '0:v:0'],
      ...(encode === undefined ? ['-c:v', 'copy'] : encodeVideo(encode, job.durationS)),
      ...soundOptions(job),
      ...['-t', job.durationS.toFixed(6), '-video_track_timescale', '90000'],
      ...(job.isWhole ? FAST_START : []),
      ...['-f', 'mp4'],
    ]);
  return run(command, control);
}

/** Joins parts, each of a length in seconds, to the video `file` in their folder. @throws as {@link makePart} */
export function joinParts(
  { folder, list, file }: { folder: string; list: string; file: string },
  signal: AbortSignal,
): Promise<void> {
  const command = createFfmpeg({ cwd: folder, stdoutLines: STDERR_LINES, niceness: NICENESS })
    .input(list)
    .inputOptions(['-hide_banner', '-loglevel', 'error', '-stats', '-f', 'concat'])
    .output(file)
    .outputOptions([
      '-map',
      '0',
      '-c',
      'copy',
      '-video_track_timescale',
      '90000',
      ...FAST_START,
      '-f',
      'mp4',
    ]);
  return run(command, { signal, onProgress: () => undefined });
}

/** What {@link joinParts} reads: the names of parts and their lengths. */
export const partList = (parts: readonly { file: string; durationS: number }[]): string =>
  [
    'ffconcat version 1.0',
    ...parts.flatMap(({ file, durationS }) => [`file ${file}`, `duration ${durationS.toFixed(6)}`]),
  ].join('\n');

function soundOptions({ sound, encode, durationS }: PartJob): string[] {
  if (sound === 'none') return [];
  if (sound === 'silence') return ['-map', '1:a:0', '-c:a', 'aac', '-b:a', '64k'];
  if (encode === undefined) return ['-map', '0:a:0', '-c:a', 'copy', '-bsf:a', 'aac_adtstoasc'];
  const { fromS } = encode;
  const cut = `atrim=start=${seconds(fromS)}:end=${seconds(fromS + durationS)},asetpts=PTS-${seconds(fromS)}/TB`;
  return ['-map', '0:a:0', '-af', cut, '-c:a', 'aac', '-b:a', '64k', '-ar', '48000', '-ac', '2'];
}

/** Frames keep their times; the first one is shown from the beginning although it came earlier. */
function encodeVideo({ firstFrameS, fromS, size, burnIn }: EncodeOptions, durationS: number): string[] {
  const wallS = (burnIn?.wallMs ?? 0) / 1_000;
  const fraction = wallS - Math.floor(wallS);
  const { width, height } = size;
  const filters = [
    `trim=start=${seconds(firstFrameS - SAME_FRAME_S)}:end=${seconds(fromS + durationS - SAME_FRAME_S)}`,
    `setpts='max(PTS-${seconds(fromS - fraction)}/TB,${seconds(fraction)}/TB)'`,
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`,
    `pad=${width}:${height}:-1:-1:color=black,setsar=1`,
    ...(burnIn?.clockFile === undefined ? [] : [drawText(burnIn.clockFile, 0, size, 'normal')]),
    ...(burnIn?.textFile === undefined ? [] : [drawText(burnIn.textFile, 1, size, 'none')]),
    `setpts=PTS-${seconds(fraction)}/TB`,
  ];
  return [
    ...['-vf', filters.join(','), '-fps_mode', 'passthrough', '-enc_time_base', '1:90000'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-bf', '0', '-pix_fmt', 'yuv420p'],
  ];
}

/** What a clock file holds: the wall time of a part that begins at `wallMs`, in UTC, as drawtext expands it. */
export const clockText = (wallMs: number): string =>
  `%{pts:gmtime:${Math.floor(wallMs / 1_000)}:%Y-%m-%d %T} UTC`;

function drawText(file: string, row: number, { height }: PictureSize, expansion: string): string {
  const fontSize = Math.max(12, Math.round(height / 36));
  const y = Math.round(fontSize * (0.5 + row * 1.8));
  return [
    `drawtext=textfile=${file}:expansion=${expansion}:font=monospace:fontsize=${fontSize}`,
    `x=${fontSize}:y=${y}:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=${Math.round(fontSize / 4)}`,
  ].join(':');
}

const seconds = (value: number): string => value.toFixed(6);

/** Runs ffmpeg to its end, or kills it when the signal says so. */
function run(command: createFfmpeg.FfmpegCommand, { signal, onProgress }: ConversionControl): Promise<void> {
  return new Promise((resolve, reject) => {
    const kill = (): void => void command.kill('SIGKILL');
    const finish = (error?: Error): void => {
      signal.removeEventListener('abort', kill);
      if (signal.aborted) reject(asError(signal.reason));
      else if (error === undefined) resolve();
      else reject(error);
    };
    signal.addEventListener('abort', kill);
    command
      .on('start', () => {
        if (signal.aborted) kill();
      })
      .on('progress', ({ timemark }: { timemark: string }) => onProgress(secondsOf(timemark)))
      .on('end', () => finish())
      .on('error', (error: Error, _stdout: string | null, stderr: string | null) =>
        finish(new Error(`${error.message} ${stderr ?? ''}`.trim(), { cause: error })),
      )
      .run();
  });
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

/** Reads `hh:mm:ss.cc`; 0 for what is no time. */
function secondsOf(timemark: string): number {
  const sum = timemark.split(':').reduce((total, part) => total * 60 + Number(part), 0);
  return Number.isFinite(sum) ? Math.max(0, sum) : 0;
}
