import type { RunEndReason, Segment } from '@sightline/shared';
import type { Manifests } from '../evidence/manifests.ts';
import type { OpenRun } from '../store/openRuns.ts';

/** Enters into its session's manifest what happens to a run. Each resolves when that is durable. */
export interface RunJournal {
  begin(): Promise<void>;
  addSegment(segment: Segment): Promise<void>;
  end(reason: RunEndReason, message: string): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Opens the journal of a run. */
export async function openRunJournal(manifests: Manifests, run: OpenRun): Promise<RunJournal> {
  const manifest = await manifests.open(run.session);
  const { runId, trackId, label, codec, audio } = run;
  return {
    async begin() {
      await manifest.append({ type: 'run', runId, trackId, label, source: 'live', codec, audio });
    },
    async addSegment({ index, startMs, durationMs, bytes, sha256, holes }) {
      const media = { index, startMs, durationMs, bytes, sha256, holes };
      await manifest.append({ type: 'segment', runId, trackId, ...media });
    },
    async end(reason, message) {
      await manifest.append({ type: 'run-end', runId, reason, message });
    },
    close: () => manifest.close(),
  };
}
