import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRunFolder, encodeSegmentName, encodeTrackFolder, type Interval } from '@sightline/shared';
import { decodePictures, type DecodedPicture } from './decodedPictures.ts';
import type { FakeSfu, RecordedRun } from './fakeSfu.ts';
import { damageOf, type LossyFrame, type LossyStream } from './lossyStream.ts';
import type { RelayedCodec } from './rtpRelay.ts';

const HALF_A_FRAME_MS = 16;

/** When the run's first frame was sent: the first key frames lose most on their way. */
export function startOf({ keyFramesAtMs }: RecordedRun, frames: readonly LossyFrame[]): number {
  const keys = frames.filter(({ key }) => key);
  return Math.min(...keyFramesAtMs.map((atMs, at) => atMs - (keys[at]?.ms ?? NaN)));
}

/** The holes of all segments, from a moment on; those that touch are one. */
export function holesOf({ segments }: RecordedRun, startMs: number): Interval[] {
  const holes: Interval[] = [];
  for (const { fromMs, toMs } of segments.flatMap((segment) => segment.holes)) {
    const last = holes.at(-1);
    if (last !== undefined && fromMs - startMs - last.toMs <= 1) last.toMs = toMs - startMs;
    else holes.push({ fromMs: fromMs - startMs, toMs: toMs - startMs });
  }
  return holes;
}

/** All pictures of a run, decoded segment by segment, by the time from the first one. */
async function picturesOf(dataDir: string, sfu: FakeSfu, run: RecordedRun): Promise<DecodedPicture[]> {
  const folder = join(dataDir, 'recordings', encodeTrackFolder(sfu.track), encodeRunFolder(run.runId));
  const pictures: DecodedPicture[] = [];
  for (const segment of run.segments) {
    pictures.push(...(await decodePictures(join(folder, encodeSegmentName(segment)))));
  }
  return pictures.map((picture) => ({ ...picture, atMs: picture.atMs - (pictures[0]?.atMs ?? NaN) }));
}

/**
 * What of a run does not show what was sent. VP8 was encoded anew: of that, every picture that is there counts as right.
 *
 * @param run its encoder has been ended, and its segments are in order
 */
export async function seenDamage(deps: {
  codec: RelayedCodec;
  stream: LossyStream;
  run: RecordedRun;
  sfu: FakeSfu;
  dataDir: string;
  /** For a file of what was sent. */
  workDir: string;
}): Promise<Interval[]> {
  const { codec, stream, run, sfu, dataDir, workDir } = deps;
  const shown = await picturesOf(dataDir, sfu, run);
  const sentFile = join(workDir, `${run.runId}.h264`);
  if (codec === 'H264') await writeFile(sentFile, stream.byteStream());
  const sent = codec === 'H264' ? await decodePictures(sentFile) : undefined;
  // The encoder was ended in the middle of a frame.
  const frames = stream.frames().filter(({ ms }) => ms <= (shown.at(-1)?.atMs ?? NaN) - HALF_A_FRAME_MS);
  return damageOf(frames, (at) => {
    const right = shown.find(({ atMs }) => Math.abs(atMs - (frames[at]?.ms ?? NaN)) < HALF_A_FRAME_MS);
    return right !== undefined && (sent === undefined || right.md5 === sent[at]?.md5);
  });
}
