import type { Clock, RunEndReason, Segment } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { OpenRuns } from '../store/openRuns.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import type { SfuLink } from './sfuLink.ts';

/** What the sfu is told of runs until it has acknowledged it. */
export interface Announcements {
  /** Segments of runs that are in the register until all of them are acknowledged. */
  readonly segments: Outbox<Segment>;
  /**
   * Announces segments that the sfu should have heard of already, unless that is being done. Resolves when it has, or cannot
   * be told for now.
   */
  again(runId: string, segments: readonly Segment[]): Promise<void>;
  /** Tells of an end that the sfu did not order; resolves when it knows, or cannot be told for now. */
  reportEnd(runId: string, end: { reason: RunEndReason; message: string }): Promise<void>;
  resume(): void;
  pause(): void;
}

/** Builds the announcements, which are paused. */
export function createAnnouncements(deps: {
  request: SfuLink['request'];
  openRuns: OpenRuns;
  clock: Clock;
  logger: Logger;
}): Announcements {
  const { request, openRuns, clock, logger } = deps;
  const createSegmentOutbox = (onDone: (runId: string) => Promise<void>): Outbox<Segment> =>
    createOutbox({
      what: 'a segment',
      send: (runId, segment) => request('segment-recorded', { runId, segment }),
      onDone,
      clock,
      logger,
    });
  const segments = createSegmentOutbox((runId) => openRuns.remove(runId));
  // Not the same: a run that goes on, or waits to be adopted, must stay in the register.
  const repeating = new Set<string>();
  const repeated = createSegmentOutbox(async (runId) => void repeating.delete(runId));
  const ends = createOutbox<{ reason: RunEndReason; message: string }>({
    what: 'the end of a run',
    send: (runId, end) => request('run-ended', { runId, ...end }),
    onDone: () => Promise.resolve(),
    clock,
    logger,
  });
  const all = [segments, repeated, ends];
  return {
    segments,
    async again(runId, missing) {
      if (repeating.has(runId)) return;
      repeating.add(runId);
      for (const segment of missing) repeated.announce(runId, segment);
      await repeated.flush(runId);
    },
    async reportEnd(runId, { reason, message }) {
      ends.announce(runId, { reason, message });
      await ends.flush(runId);
    },
    resume() {
      for (const outbox of all) outbox.resume();
    },
    pause() {
      for (const outbox of all) outbox.pause();
    },
  };
}
