import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeTrackFolder, type Clock, type ExportJob } from '@sightline/shared';
import { clockText, joinParts, makePart, partList, type PartJob } from '../ffmpeg/exportCommand.ts';
import { fromKeyFrame, readTsFrames } from '../ffmpeg/tsFrames.ts';
import { TARGET_DURATION_S } from '../playback/playlist.ts';
import { readShown } from '../playback/shownMedia.ts';
import { layOut, type TimelineSegment } from '../playback/timeline.ts';
import type { TrackReader } from '../playback/trackReader.ts';
import { SegmentMissing, type SegmentStore } from '../store/segmentStore.ts';
import { ExportError, type ExportControl } from './exportResult.ts';
import { describeParts, planParts, type BurnIn, type Part } from './parts.ts';
import { stretchesOf, type ReadSegment } from './stretches.ts';

/** What making a video needs. */
export interface VideoWriterDeps {
  tracks: TrackReader;
  store: Pick<SegmentStore, 'read'>;
  clock: Clock;
}

const TEXT_FILE = 'text.txt';
const LIST_FILE = 'parts.txt';

/**
 * Writes the video of a job: MP4, with what players need at its beginning. Where pictures keep their size and nothing is
 * burnt in, it is copied, and begins at the key frame before; otherwise it is encoded, exact to a frame. Gaps are cut out.
 *
 * @param to a folder for files on the way, and the name of the result in there.
 * @returns what a person should know of it.
 * @throws {ExportError} if there is nothing to show; the system's errors; the signal's reason.
 */
export async function writeVideo(
  job: ExportJob,
  to: { folder: string; file: string },
  { tracks, store, clock }: VideoWriterDeps,
  control: ExportControl,
): Promise<{ message: string | null }> {
  const { fromMs, toMs } = job.order;
  const range = { fromMs, toMs };
  const read = await Promise.all(job.sources.map((source) => tracks.read(encodeTrackFolder(source))));
  const timeline = layOut(
    read.flatMap((track) => track ?? []),
    { range, asOfMs: clock.nowMs() },
    TARGET_DURATION_S * 1_000,
  );
  const stretches = stretchesOf(await readSegments(timeline, store, control.signal), range);
  const burnIn = burnInOf(job);
  const parts = planParts(stretches, burnIn);
  if (parts.length === 0)
    throw new ExportError('nothing-recorded', 'Nothing is recorded in this range, or it has been deleted.');
  if (burnIn !== undefined) await writeFile(join(to.folder, TEXT_FILE), burnIn.text);

  const totalMs = parts.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const made: { file: string; durationS: number }[] = [];
  let doneMs = 0;
  for (const [at, part] of parts.entries()) {
    const isWhole = parts.length === 1;
    const file = isWhole ? to.file : `part-${at}.mp4`;
    const durationS = part.durationMs / 1_000;
    const encode = await encodeOf(part, at, to.folder, burnIn);
    await makePart(
      {
        source: bytesOf(part, store, control.signal),
        folder: to.folder,
        file,
        sound: part.sound,
        encode,
        durationS,
        isWhole,
      },
      {
        signal: control.signal,
        onProgress: (partS) => control.onProgress(Math.min(1, (doneMs + partS * 1_000) / totalMs)),
      },
    );
    made.push({ file, durationS });
    doneMs += part.durationMs;
  }
  if (made.length > 1) {
    await writeFile(join(to.folder, LIST_FILE), partList(made));
    await joinParts({ folder: to.folder, list: LIST_FILE, file: to.file }, control.signal);
  }
  return { message: describeParts(parts, range, job.elsewhere) };
}

function burnInOf({ order, userName }: ExportJob): BurnIn | undefined {
  const wanted = order.output.kind === 'video' ? order.output.burnIn : undefined;
  if (wanted === undefined) return undefined;
  const text = [wanted.user ? userName : '', wanted.caseNumber ? (order.caseNumber ?? '') : '']
    .filter((line) => line !== '')
    .join('  ');
  return wanted.wallClock || text !== '' ? { wallClock: wanted.wallClock, text } : undefined;
}

/** What is burnt in is written into files: in a filter's own words, a name could mean anything. */
async function encodeOf(
  { encode, stretch }: Part,
  at: number,
  folder: string,
  burnIn: BurnIn | undefined,
): Promise<PartJob['encode']> {
  if (encode === undefined) return undefined;
  if (burnIn === undefined) return { ...encode, burnIn: undefined };
  const wallMs = stretch.range.fromMs;
  const clockFile = burnIn.wallClock ? `clock-${at}.txt` : undefined;
  if (clockFile !== undefined) await writeFile(join(folder, clockFile), clockText(wallMs));
  return { ...encode, burnIn: { clockFile, textFile: burnIn.text === '' ? undefined : TEXT_FILE, wallMs } };
}

/** Looks into every segment; what was deleted meanwhile leaves a hole. */
async function readSegments(
  timeline: readonly TimelineSegment[],
  store: Pick<SegmentStore, 'read'>,
  signal: AbortSignal,
): Promise<ReadSegment[]> {
  const read: ReadSegment[] = [];
  for (const segment of timeline) {
    signal.throwIfAborted();
    try {
      read.push({ ...segment, ...readTsFrames(await readShown(store, segment)) });
    } catch (error) {
      if (!(error instanceof SegmentMissing)) throw error;
      read.push({ ...segment, frames: [], keyFrames: [], hasAudio: false });
    }
  }
  return read;
}

async function* bytesOf(
  { stretch: { segments }, begin }: Part,
  store: Pick<SegmentStore, 'read'>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for (const [at, segment] of segments.entries()) {
    signal.throwIfAborted();
    const bytes = await readShown(store, segment);
    yield at === 0 && begin !== undefined ? fromKeyFrame(bytes, begin) : bytes;
  }
}
