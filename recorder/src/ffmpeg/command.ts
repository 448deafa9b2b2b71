import type { ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';
import createFfmpeg from 'fluent-ffmpeg';
import { PART_PATTERN } from '../store/runFolder.ts';
import { buildSdp, recordedCodec, type RecordedStreams, type RunPorts } from './sdp.ts';

declare module 'fluent-ffmpeg' {
  interface FfmpegCommand {
    /** The process, from the event `start` until its end. */
    ffmpegProc?: ChildProcess;
  }
}

/** What one ffmpeg is to record, and where. */
export interface RecordingJob extends RecordedStreams {
  /** Absolute path; becomes ffmpeg's working directory, for a `%` in it must not be read as a pattern. */
  folder: string;
  segmentSeconds: number;
}

/** Formats and encoders. */
const NEEDED = ['sdp', 'segment', 'mpegts', 'libx264', 'aac'];
const STDERR_LINES = 20;
/** What a burst of key frames needs while ffmpeg is not scheduled; the kernel may grant less. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** How long a hole in the sequence is kept open for a retransmission, which a narrow uplink delays by seconds. */
const REORDER_WAIT_US = 3_000_000;
/** Does not end that wait, at 10 Mbit/s either. */
const REORDER_PACKETS = 5_000;

/** One frame must do to begin: a static screen sends no second one. More would also lose time stamps. */
const PROBE_ONE_FRAME = ['-probesize', '32', '-analyzeduration', '1'];
/** Sound must not end the probing before a frame of video has come; it ends as soon as there was one of each. */
const PROBE_BOTH = ['-probesize', '5000000', '-analyzeduration', '5000000'];

const inputOptions = (host: string, hasAudio: boolean): string[] => [
  '-hide_banner',
  '-nostats',
  '-nostdin',
  // Every line counts, also one that is like the one before: it may tell of another loss.
  ...['-loglevel', 'repeat+warning'],
  ...['-protocol_whitelist', 'data,udp,rtp'],
  ...['-localaddr', host],
  ...['-buffer_size', String(RECEIVE_BUFFER_BYTES)],
  ...['-max_delay', String(REORDER_WAIT_US), '-reorder_queue_size', String(REORDER_PACKETS)],
  ...(hasAudio ? PROBE_BOTH : PROBE_ONE_FRAME),
  ...['-fpsprobesize', '0'],
  ...['-threads', '1'],
  ...['-f', 'sdp'],
];

/**
 * The muxer repeats parameter sets before key frames that come without, so that every segment decodes by itself. Where
 * the stream has delimiters of its own it does not; without them it does, and adds its own.
 */
const COPY = ['-c:v', 'copy', '-bsf:v', 'filter_units=remove_types=9'];

/** VP8 has no place in TS. Key frames stay where they came, so that segments start at the same frames. */
const TRANSCODE = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-threads', '1'],
  ...['-pix_fmt', 'yuv420p', '-fps_mode', 'passthrough', '-enc_time_base', '1:90000'],
  ...['-force_key_frames', 'source', '-g', '100000', '-sc_threshold', '0'],
];

/**
 * TS knows AAC. The frame that only woke the encoder has the time 0 and is left out. Video never waits for sound that may
 * not come: the muxer holds back one packet at most to bring them in order. Room below 0 is for the encoder's lead.
 */
const WITH_AUDIO = [
  ...['-map', '0:a:0', '-c:a', 'aac', '-b:a', '64k', '-af', String.raw`aselect=gt(pts\,0)`],
  ...['-max_interleave_delta', '1', '-output_ts_offset', '0.1'],
];

/**
 * A key frame that comes by itself after this part of a segment ends it: what follows lost pictures then is a segment of its
 * own, and what an agent uploads of them can be put between the two.
 */
const CUT_SHARE = 1 / 3;

const outputOptions = (transcode: boolean, hasAudio: boolean, segmentSeconds: number): string[] => [
  ...['-map', '0:v:0'],
  ...(transcode ? TRANSCODE : COPY),
  ...(hasAudio ? WITH_AUDIO : []),
  ...['-flush_packets', '1', '-muxdelay', '0', '-muxpreload', '0'],
  ...['-f', 'segment', '-segment_format', 'mpegts', '-segment_format_options', 'flush_packets=1'],
  ...['-segment_time', String(segmentSeconds * CUT_SHARE), '-reset_timestamps', '0'],
];

/** Prepares the ffmpeg that writes what arrives at the ports as TS segments into the job's folder. */
export function recordCommand(job: RecordingJob, ports: RunPorts): createFfmpeg.FfmpegCommand {
  const sdp = Buffer.from(buildSdp(job, ports)).toString('base64');
  const transcode = recordedCodec(job.rtpParameters).mimeType !== 'video/H264';
  const hasAudio = job.audio !== undefined;
  return createFfmpeg({ cwd: job.folder, stdoutLines: STDERR_LINES })
    .input(`data:application/sdp;base64,${sdp}`)
    .inputOptions(inputOptions(ports.host, hasAudio))
    .output(PART_PATTERN)
    .outputOptions(outputOptions(transcode, hasAudio, job.segmentSeconds));
}

const capable = promisify<string[]>((done) => {
  createFfmpeg().availableFormats((formatsError, formats) => {
    // Asked for here as well because fluent-ffmpeg asks before every start until it knows once.
    createFfmpeg().availableEncoders((encodersError, encoders) => {
      const error = asError(formatsError) ?? asError(encodersError);
      done(error, error === null ? [...Object.keys(formats), ...Object.keys(encoders)] : []);
    });
  });
});

const asError = (error: unknown): Error | null => (error instanceof Error ? error : null);

/** Resolves if ffmpeg is there and can do what recording needs. @throws an error that says what to install. */
export async function checkFfmpeg(): Promise<void> {
  let missing = ['ffmpeg itself'];
  let cause: unknown;
  try {
    const abilities = new Set(await capable());
    missing = NEEDED.filter((name) => !abilities.has(name));
  } catch (error) {
    cause = error;
  }
  if (missing.length === 0) return;
  const message = `No usable ffmpeg was found (missing: ${missing.join(', ')}); install it (Debian: apt-get install ffmpeg).`;
  throw new Error(message, { cause });
}
