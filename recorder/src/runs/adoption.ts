import type { Clock, Segment } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { OpenRun } from '../store/openRuns.ts';
import { openRunFolder } from '../store/runFolder.ts';
import { openRunIndex, readRunIndex } from '../store/runIndex.ts';
import { createSegmentClock } from './segmentClock.ts';
import { createSegmentCollector } from './segmentCollector.ts';

/**
 * Takes care of a run that a killed recorder left: what is closed but not in the index gets entered, the
 * parts become segments, and the index gets its end.
 *
 * @returns all segments of the run: which of them the sfu has heard of is not known.
 */
export async function adoptRun(
  run: OpenRun,
  deps: { recordingsDir: string; clock: Clock; logger: Logger },
): Promise<Segment[]> {
  const logger = deps.logger.child({ runId: run.runId });
  const folder = openRunFolder(deps.recordingsDir, run.folder);
  if (!(await folder.exists())) {
    logger.error({ folder: run.folder }, 'the folder of a run that was left is gone');
    return [];
  }
  const { lines, damaged } = await readRunIndex(folder.indexPath);
  if (damaged > 0) logger.error({ damaged }, 'lines of the index are damaged; the file names tell instead');
  const known = new Set(lines.flatMap((line) => (line.type === 'segment' ? [line.index] : [])));
  const anchorMs = lines.find((line) => line.type === 'anchor')?.atMs;
  const index = await openRunIndex(folder.indexPath);
  try {
    const segments = await folder.listSegments();
    for (const segment of segments.filter((closed) => !known.has(closed.index))) {
      await index.append({ type: 'segment', ...segment });
    }
    const last = segments.at(-1);
    const adopted: Segment[] = [];
    await createSegmentCollector({
      folder,
      index,
      clock: createSegmentClock(),
      logger,
      onSegment: (segment) => adopted.push(segment),
      from:
        last === undefined
          ? { index: 0, startMs: anchorMs }
          : { index: last.index + 1, startMs: last.startMs + last.durationMs },
    }).finish();
    if (!lines.some((line) => line.type === 'end')) {
      const message = 'The recorder was killed.';
      await index.append({ type: 'end', reason: 'recorder-lost', message, atMs: deps.clock.nowMs() });
    }
    logger.info({ closed: segments.length, adopted: adopted.length }, 'adopted a run');
    return [...segments, ...adopted];
  } finally {
    await index.close();
  }
}
