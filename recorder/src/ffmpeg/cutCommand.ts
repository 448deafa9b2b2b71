import createFfmpeg from 'fluent-ffmpeg';
import { UPLOADED_INPUT } from './readableSource.ts';

/** What of an upload is to become TS segments. Times are time stamps of the file, in seconds, and stay what they are. */
export interface CutJob {
  path: string;
  /** Absolute path; becomes ffmpeg's working directory. */
  folder: string;
  /** How the segments are named, with `%06d` for their position. */
  pattern: string;
  /** Where a segment ends and the next one begins. */
  cutsAt: readonly number[];
  /** How many frames to copy, from the file's beginning; or which to encode. */
  take: { copyFrames: number } | { fromPts: number; toPts: number; notBefore: number };
}

const STDERR_LINES = 20;
/** Half of the time between two frames of a fast display: two time stamps that differ by less are the same. */
const SAME_FRAME_S = 0.002;

/** Longer than any file. */
const NEVER_S = '100000000';

/** Prepares the ffmpeg that cuts an upload. */
function cutCommand({ path, folder, pattern, cutsAt, take }: CutJob): createFfmpeg.FfmpegCommand {
  const timesBefore = cutsAt.map((at) => (at - SAME_FRAME_S).toFixed(6)).join(',');
  const encodes = 'fromPts' in take;
  return createFfmpeg({ cwd: folder, stdoutLines: STDERR_LINES, niceness: 10 })
    .input(path)
    .inputOptions([
      ...['-hide_banner', '-nostats', '-nostdin', '-loglevel', 'error', '-threads', '1', '-copyts'],
      ...UPLOADED_INPUT,
      ...(encodes ? ['-to', (take.toPts + 1).toFixed(6)] : []),
    ])
    .output(pattern)
    .outputOptions([
      ...['-map', '0:v:0', '-threads', '1'],
      ...(encodes ? encodeOptions(take, cutsAt) : ['-c', 'copy', '-frames:v', String(take.copyFrames)]),
      ...['-avoid_negative_ts', 'disabled', '-muxdelay', '0', '-muxpreload', '0'],
      ...['-f', 'segment', '-segment_format', 'mpegts', '-reset_timestamps', '0'],
      // Without a list it would cut every two seconds.
      ...['-segment_times', timesBefore === '' ? NEVER_S : timesBefore],
    ]);
}

/** The first frame is shown from `notBefore` on, although it was taken earlier. */
function encodeOptions(
  { fromPts, toPts, notBefore }: { fromPts: number; toPts: number; notBefore: number },
  cutsAt: readonly number[],
): string[] {
  const seconds = (value: number): string => value.toFixed(6);
  const select = `select='between(t,${seconds(fromPts - SAME_FRAME_S)},${seconds(toPts + SAME_FRAME_S)})'`;
  const begin = `setpts='max(PTS,${seconds(notBefore)}/TB)'`;
  const even = 'scale=trunc(iw/2)*2:trunc(ih/2)*2';
  return [
    ...['-vf', `${select},${begin},${even}`, '-fps_mode', 'passthrough', '-enc_time_base', '1:90000'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
    ...['-g', '100000', '-sc_threshold', '0'],
    ...(cutsAt.length === 0 ? [] : ['-force_key_frames', cutsAt.map(seconds).join(',')]),
  ];
}

/** Runs ffmpeg to its end, or kills it when the signal says so. @throws {Error} with its last words */
export function cutVideo(job: CutJob, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const command = cutCommand(job);
    const kill = (): void => void command.kill('SIGKILL');
    signal.addEventListener('abort', kill);
    command
      .on('start', () => {
        if (signal.aborted) kill();
      })
      .on('end', () => {
        signal.removeEventListener('abort', kill);
        resolve();
      })
      .on('error', (error: Error, _stdout: string | null, stderr: string | null) => {
        signal.removeEventListener('abort', kill);
        reject(new Error(`${error.message} ${stderr ?? ''}`.trim(), { cause: error }));
      })
      .run();
  });
}
