import type { Clock, Segment } from '@sightline/shared';
import type { RecordingsRepository } from './recordings.ts';

/** Enters segments in groups: one transaction for all that were announced within a moment. */
export interface SegmentWriter {
  /** Resolves when the segment is in the database. */
  add(runId: string, segment: Segment): Promise<void>;
  /** Writes what waits. */
  flush(): Promise<void>;
}

interface Waiting {
  runId: string;
  segment: Segment;
  written: () => void;
  failed: (error: unknown) => void;
}

/** Builds a {@link SegmentWriter} that gathers for `gatherMs`. */
export function createSegmentWriter(
  repository: RecordingsRepository,
  clock: Clock,
  gatherMs = 50,
): SegmentWriter {
  let waiting: Waiting[] = [];
  let cancelTimer: (() => void) | undefined;

  const flush = async (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = undefined;
    const group = waiting;
    waiting = [];
    try {
      await repository.addSegments(latestOfEach(group));
      for (const { written } of group) written();
    } catch (error) {
      for (const { failed } of group) failed(error);
    }
  };

  return {
    flush,
    add: (runId, segment) =>
      new Promise((written, failed) => {
        waiting.push({ runId, segment, written, failed });
        cancelTimer ??= clock.after(gatherMs, () => void flush());
      }),
  };
}

/** One statement cannot touch a row twice: of a segment announced again, the last counts. */
function latestOfEach(group: readonly Waiting[]): Waiting[] {
  return [...new Map(group.map((entry) => [`${entry.runId}/${entry.segment.index}`, entry])).values()];
}
