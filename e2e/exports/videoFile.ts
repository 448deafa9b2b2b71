import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { numberOf } from './recordedSession.ts';

const exec = promisify(execFile);

/** What players find in a video file. */
export interface VideoFile {
  width: number;
  height: number;
  durationS: number;
  codecs: readonly string[];
  /** When each picture is shown, in seconds, and the number that it tells. */
  pictures: readonly { atS: number; number: number }[];
  /** What ffprobe, and decoding all of it, complained about. */
  complaints: string;
}

const SIGNAL = /lavfi\.signalstats\.YAVG=([\d.]+)/;

/** Reads a video as a whole. */
export async function readVideoFile(path: string): Promise<VideoFile> {
  const probed = await exec('ffprobe', [
    ...['-v', 'error', '-show_error', '-of', 'json', '-show_entries'],
    ...['format=duration:stream=codec_name,width,height:packet=pts_time', path],
  ]);
  const decoded = await exec(
    'ffmpeg',
    [
      ...['-v', 'error', '-i', path, '-map', '0:v', '-fps_mode', 'passthrough', '-enc_time_base', '1:90000'],
      ...['-vf', 'signalstats,metadata=print:file=-:key=lavfi.signalstats.YAVG', '-f', 'null', '-'],
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  const sound = await exec('ffmpeg', ['-v', 'error', '-i', path, '-map', '0:a?', '-f', 'null', '-']).catch(
    (error: unknown) => ({
      stderr: String(error).includes('does not contain any stream') ? '' : String(error),
    }),
  );
  const { format, streams } = JSON.parse(probed.stdout) as {
    format: { duration: string };
    streams: { codec_name: string; width?: number; height?: number }[];
  };
  const video = streams.find(({ width }) => width !== undefined);
  const rows = decoded.stdout.split('\n');
  const pictures = rows.flatMap((row, at) => {
    const time = /pts_time:([\d.-]+)/.exec(row)?.[1];
    const luma = SIGNAL.exec(rows[at + 1] ?? '')?.[1];
    return time === undefined || luma === undefined
      ? []
      : [{ atS: Number(time), number: numberOf(Number(luma)) }];
  });
  return {
    width: video?.width ?? 0,
    height: video?.height ?? 0,
    durationS: Number(format.duration),
    codecs: streams.map(({ codec_name }) => codec_name),
    pictures,
    complaints: probed.stderr + decoded.stderr + sound.stderr,
  };
}
