import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { segment, type Interval, type Segment } from '@sightline/shared';
import type { Logger, UploadOrder } from '@sightline/shared/node';
import * as z from 'zod';
import { cutVideo } from '../ffmpeg/cutCommand.ts';
import { probeVideo, type ProbedVideo } from '../ffmpeg/probeVideo.ts';
import { readableSource } from '../ffmpeg/readableSource.ts';
import { PTS_MODULUS, PTS_PER_MS, readFirstPts } from '../ffmpeg/tsTimestamps.ts';
import { syncPath } from '../store/durable.ts';
import { syncAndDigest } from '../store/fileDigest.ts';
import { readNote, writeNote } from '../store/note.ts';
import { planCuts, type Cut } from './cuts.ts';

/** Nothing can be made of what was uploaded, and never will be. */
export class UnusablePiece extends Error {
  override readonly name = 'UnusablePiece';
}

/** Turns a piece into segments, in a folder of its own; what was done once stays done. */
export interface Conversion {
  /**
   * @param gaps which parts of the piece are wanted, in the sfu's time; a second call gives what the first one did
   * @returns the segments, in order of time; none if no picture lies in a gap
   * @throws {UnusablePiece} or any other error if it is worth another attempt
   */
  convert(
    order: UploadOrder,
    gaps: readonly Interval[],
    paths: ConversionPaths,
    signal: AbortSignal,
  ): Promise<Segment[]>;
}

/** Where a piece's file is, and the folder in which its segments are to be; the latter's parent is there. */
export interface ConversionPaths {
  media: string;
  converted: string;
}

/** Where a file is cut. */
interface CutPlace {
  /** As ffmpeg is to open it. */
  media: string;
  /** Absolute; the segments are made in it. */
  folder: string;
  /** Ends it before it is done. */
  signal: AbortSignal;
}

/** A segment as it was cut; times are ms from the piece's first frame. */
interface CutFile extends Interval {
  path: string;
}

const SEGMENTS_FILE = 'segments.json';
const converted = z.array(segment);
/** What a muxer may do to a time stamp. */
const TOLERANCE_MS = 50;
/** Where key frames are further apart, players would wait too long. */
const MAX_SEGMENT_MS = 15_000;

/** The file of a segment in the folder of a conversion. */
export const convertedFile = (index: number): string => `${String(index).padStart(6, '0')}.ts`;

/** Builds a {@link Conversion} over the ffmpeg in the PATH. */
export function createConversion(deps: {
  segmentMs: number;
  /** Whether the disk has room: without, what fails says nothing about the piece. */
  hasRoom: () => boolean;
  logger: Logger;
}): Conversion {
  const rules = { segmentMs: deps.segmentMs, maxSegmentMs: Math.max(MAX_SEGMENT_MS, 2 * deps.segmentMs) };
  /** It says nothing about the piece, and another way would end like this one. */
  const isOver = (error: unknown, { aborted }: AbortSignal): boolean =>
    aborted || !deps.hasRoom() || /No space left|Read-only file system/i.test(messageOf(error));

  const cutAll = async (
    video: ProbedVideo,
    cuts: readonly Cut[],
    { media, folder, signal }: CutPlace,
  ): Promise<CutFile[]> => {
    const files: CutFile[] = [];
    for (const [at, cut] of cuts.entries()) {
      const names = await runCut(video, cut, `cut${at}`, { media, folder, signal });
      for (const [position, fromMs] of cut.startsMs.entries()) {
        const path = join(folder, names[position] ?? '');
        files.push({ path, fromMs, toMs: cut.startsMs[position + 1] ?? cut.endMs });
      }
    }
    return files;
  };

  const cutInto = async (
    order: UploadOrder,
    gaps: readonly Interval[],
    place: CutPlace,
  ): Promise<CutFile[]> => {
    const video = await probeVideo(place.media);
    if (video === undefined) throw new UnusablePiece('There is no picture in it.');
    const lengthMs = Math.min(order.toMs - order.fromMs, video.endMs ?? Number.POSITIVE_INFINITY);
    const within = gaps
      .map(({ fromMs, toMs }) => ({
        fromMs: fromMs - order.fromMs,
        toMs: Math.min(toMs - order.fromMs, lengthMs),
      }))
      .filter(({ fromMs, toMs }) => fromMs < toMs);
    try {
      return await cutAll(video, planCuts(video, within, rules), place);
    } catch (error) {
      if (isOver(error, place.signal)) throw error;
      deps.logger.warn({ err: error, pieceId: order.pieceId }, 'a piece cannot be copied; it is encoded');
    }
    try {
      const encoded = planCuts({ ...video, codec: 'not copied' }, within, rules);
      return await cutAll(video, encoded, place);
    } catch (error) {
      if (isOver(error, place.signal)) throw error;
      throw new UnusablePiece(`ffmpeg cannot read it: ${messageOf(error)}`.slice(0, 2_000), { cause: error });
    }
  };

  return {
    async convert(order, gaps, paths, signal) {
      const done = await readNote(join(paths.converted, SEGMENTS_FILE), converted);
      if (done !== undefined) return done;
      // A folder of its own: an ffmpeg that a killed recorder left may still be writing.
      const work = `${paths.converted}-${randomUUID()}`;
      await mkdir(work);
      try {
        const media = await readableSource(paths.media);
        const files = await cutInto(order, gaps, { media, folder: work, signal });
        const segments: Segment[] = [];
        for (const [index, { path, fromMs, toMs }] of files.entries()) {
          const startMs = Math.round(order.fromMs + fromMs);
          const durationMs = Math.round(order.fromMs + toMs) - startMs;
          const target = join(work, convertedFile(index));
          await rename(path, target);
          segments.push({ index, startMs, durationMs, holes: [], ...(await syncAndDigest(target)) });
        }
        await writeNote(join(work, SEGMENTS_FILE), segments);
        await rename(work, paths.converted);
        await syncPath(dirname(paths.converted));
        return segments;
      } finally {
        await rm(work, { recursive: true, force: true });
      }
    },
  };
}

/** @returns the names of the files, one for each start. @throws if they are not what was planned */
async function runCut(
  { firstPts, frames }: ProbedVideo,
  { mode, startsMs, fromFrame, toFrame }: Cut,
  prefix: string,
  { media, folder, signal }: CutPlace,
): Promise<string[]> {
  const ptsOf = (ms: number): number => firstPts + ms / 1_000;
  const ptsOfFrame = (at: number): number => ptsOf(frames[at]?.atMs ?? 0);
  const isCopy = mode === 'copy';
  // A copy begins with the file; what comes before the first start is a part of its own.
  const dropped = isCopy && fromFrame > 0 ? 1 : 0;
  await cutVideo(
    {
      path: media,
      folder,
      pattern: `${prefix}-%06d.ts`,
      cutsAt: (dropped === 1 ? startsMs : startsMs.slice(1)).map(ptsOf),
      take: isCopy
        ? { copyFrames: toFrame }
        : {
            fromPts: ptsOfFrame(fromFrame),
            toPts: ptsOfFrame(toFrame - 1),
            notBefore: ptsOf(startsMs[0] ?? 0),
          },
    },
    signal,
  );
  const made = (await readdir(folder)).filter((name) => name.startsWith(`${prefix}-`)).sort();
  const names = made.slice(dropped);
  if (names.length !== startsMs.length)
    throw new Error(`ffmpeg made ${names.length} segments instead of ${startsMs.length}.`);
  for (const [at, name] of names.entries()) {
    const wanted = ptsOf(startsMs[at] ?? 0) * 1_000 * PTS_PER_MS;
    const pts = await readFirstPts(join(folder, name));
    if (pts === undefined || distance(pts, wanted) > TOLERANCE_MS * PTS_PER_MS)
      throw new Error(`Segment ${at} begins at ${String(pts)} instead of ${Math.round(wanted)}.`);
  }
  return names;
}

/** Time stamps wrap. */
function distance(pts: number, wanted: number): number {
  const apart = (((pts - wanted) % PTS_MODULUS) + PTS_MODULUS) % PTS_MODULUS;
  return Math.min(apart, PTS_MODULUS - apart);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
