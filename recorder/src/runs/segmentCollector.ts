import { readFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type { Interval, Segment } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { readTsFrames } from '../ffmpeg/tsFrames.ts';
import { PTS_PER_MS, readFirstPts, readLastPts } from '../ffmpeg/tsTimestamps.ts';
import type { RunFolder } from '../store/runFolder.ts';
import { syncAndDigest } from '../store/fileDigest.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import type { LossMarks } from './lossMarks.ts';
import { createMediaTime } from './mediaTime.ts';
import type { SegmentClock } from './segmentClock.ts';

/** How long the last frame of a run is taken to have lasted: nothing comes after it that would tell. */
const LAST_FRAME_MS = 33;
/** How many rounds a closed part waits for the report of the key frame that ended it. */
const PATIENCE_ROUNDS = 3;

/** Turns the parts that ffmpeg leaves in a run's folder into segments: durable, in the manifest, then handed over. */
export interface SegmentCollector {
  /** Position of the first part that is not closed yet. */
  readonly firstOpen: number;
  /** One round: closes what is complete. @param newest position of the part that is being written */
  collect(newest: number): Promise<void>;
  /** Closes everything that is left, after ffmpeg has gone. @param untilMs how long the last picture stood, if that is known. */
  finish(untilMs?: number): Promise<void>;
}

/** A part whose first frame is on disk. */
interface Head {
  index: number;
  ticks: number;
  /** Where its predecessor ended; the first part's is found out when it is closed. */
  startMs: number | undefined;
}

/** Builds a collector; `from` is where a run that is adopted goes on. */
export function createSegmentCollector(deps: {
  folder: RunFolder;
  store: SegmentStore;
  /** Enters a segment into the manifest; resolves when that is durable. */
  enter: (segment: Segment) => Promise<void>;
  /** Remembers when the run began, so that a crash before its first segment is closed does not lose it. */
  anchor: (atMs: number) => Promise<void>;
  clock: SegmentClock;
  logger: Logger;
  onSegment: (segment: Segment) => void;
  losses: Pick<LossMarks, 'settled' | 'isMarked' | 'damageIn'>;
  /** Cuts the last frame off a part if it is not whole; returns whether it did. */
  cutTornEnd: (path: string) => Promise<boolean>;
  from?: { index: number; startMs: number | undefined };
}): SegmentCollector {
  const { folder, store, clock, logger, losses } = deps;
  const mediaTime = createMediaTime();
  let nextIndex = deps.from?.index ?? 0;
  let head: Head | undefined;
  let waited = 0;
  let anchored = false;
  /** The segment that is being closed: an attempt that failed goes on where it failed. */
  let closing: { segment: Segment; stored: boolean } | undefined;

  const readHead = async (at: number): Promise<Head | undefined> => {
    const pts = await readFirstPts(folder.partPath(at));
    if (pts === undefined) return undefined;
    return { index: at, ticks: mediaTime.ticksOf(pts), startMs: undefined };
  };

  /** The run's first part. */
  const openFirst = async (): Promise<void> => {
    head ??= await readHead(nextIndex);
    if (head === undefined || head.startMs !== undefined) return;
    if (deps.from?.startMs !== undefined && deps.from.index === head.index) {
      head.startMs = deps.from.startMs;
      clock.addReference(head.ticks, head.startMs);
      return;
    }
    const known = clock.wallTime(head.ticks);
    if (known?.exact !== true || anchored) return;
    anchored = true;
    await deps.anchor(Math.round(known.atMs));
  };

  const startOf = async (part: Head): Promise<number> => {
    if (part.startMs !== undefined) return part.startMs;
    const known = clock.wallTime(part.ticks);
    if (known !== undefined) return Math.round(known.atMs);
    const created = (await folder.statPart(part.index))?.createdAtMs ?? 0;
    logger.warn({ index: part.index }, 'no key frame was reported; the age of the file has to tell its time');
    clock.addReference(part.ticks, created);
    return Math.round(created);
  };

  const holesOf = async (part: Head, startMs: number, durationMs: number): Promise<Interval[]> => {
    await losses.settled();
    if (!losses.isMarked(part.index)) return [];
    const { frames, keyFrames } = readTsFrames(await readFile(folder.partPath(part.index)));
    const damage = losses.damageIn({
      index: part.index,
      startTicks: part.ticks,
      endTicks: part.ticks + durationMs * PTS_PER_MS,
      frames: frames.map(({ offset, pts }) => ({ offset, ticks: mediaTime.ticksOf(pts) })),
      keyFrames: new Set(keyFrames.map((frame) => mediaTime.ticksOf(frame.pts))),
    });
    const toMs = (ticks: number): number => startMs + Math.round((ticks - part.ticks) / PTS_PER_MS);
    return damage.map(({ fromTicks, toTicks }) => ({ fromMs: toMs(fromTicks), toMs: toMs(toTicks) }));
  };

  /** What a part becomes, found out once: what was lost in it is told only once, and closing it may fail on the way. */
  const segmentOf = async (part: Head, startMs: number, durationMs: number): Promise<Segment> => {
    if (closing?.segment.index === part.index) return closing.segment;
    const digest = await syncAndDigest(folder.partPath(part.index));
    const holes = await holesOf(part, startMs, durationMs);
    const segment = { index: part.index, startMs, durationMs, ...digest, holes };
    closing = { segment, stored: false };
    return segment;
  };

  /** Returns when the segment ends. */
  const close = async (part: Head, fromMs: number, lengthMs: number): Promise<number> => {
    const segment = await segmentOf(part, fromMs, lengthMs);
    const { index, startMs, durationMs } = segment;
    if (closing?.stored === false) {
      const name = { index, startMs, durationMs };
      await store.add({ runFolder: folder.name, name }, folder.partPath(index));
      closing.stored = true;
    }
    await deps.enter(segment);
    closing = undefined;
    nextIndex = index + 1;
    waited = 0;
    deps.onSegment(segment);
    return startMs + durationMs;
  };

  /** Closes the first part if the one after it has begun; returns whether it did. */
  const closeComplete = async (ffmpegGone: boolean): Promise<boolean> => {
    if (head === undefined) return false;
    const next = await readHead(head.index + 1);
    if (next === undefined) return false;
    // What ffmpeg said before it wrote this is let in first: it may tell of a loss.
    await turn();
    const end = clock.wallTime(next.ticks);
    waited += 1;
    if (end?.exact !== true && !ffmpegGone && waited < PATIENCE_ROUNDS) return false;
    const startMs = await startOf(head);
    const endMs = Math.max(startMs + 1, Math.round(clock.wallTime(next.ticks)?.atMs ?? startMs));
    head = { ...next, startMs: await close(head, startMs, endMs - startMs) };
    return true;
  };

  /** The end of a run may come in the middle of a frame. Returns whether it did. */
  const mendEnd = async (path: string): Promise<boolean> => {
    try {
      const torn = await deps.cutTornEnd(path);
      if (torn) logger.info({ part: path }, 'cut off a frame that had not come whole');
      return torn;
    } catch (error) {
      logger.warn({ part: path, err: error }, 'whether the last frame is whole could not be found out');
      return false;
    }
  };

  const closeLast = async (untilMs = 0): Promise<void> => {
    if (head === undefined) return;
    const path = folder.partPath(head.index);
    const torn = await mendEnd(path);
    const last = await readLastPts(path);
    if (last === undefined) {
      head = undefined;
      return;
    }
    const lengthTicks = mediaTime.ticksOf(last) - head.ticks;
    const startMs = await startOf(head);
    const shownMs = Math.max(0, Math.round(lengthTicks / PTS_PER_MS)) + LAST_FRAME_MS;
    // What was on the screen at the end is not what is left then.
    const stoodMs = torn ? 0 : untilMs - startMs;
    await close(head, startMs, Math.max(shownMs, stoodMs));
    head = undefined;
  };

  return {
    get firstOpen() {
      return nextIndex;
    },
    async collect(newest) {
      await openFirst();
      while (head !== undefined && head.index < newest && (await closeComplete(false))) continue;
    },
    async finish(untilMs) {
      const parts = await folder.listParts();
      for (const at of parts) {
        if (at < nextIndex) continue;
        if (head === undefined) nextIndex = at;
        await openFirst();
        while (await closeComplete(true)) continue;
        await closeLast(head?.index === parts.at(-1) ? untilMs : undefined);
      }
      for (const at of await folder.listParts()) {
        logger.warn({ part: folder.partPath(at) }, 'removed a part without a single frame');
        await folder.removePart(at);
      }
    },
  };
}
