import {
  decodeTrackFolder,
  encodeRunFolder,
  mediaEndMs,
  type ManifestEntry,
  type RunEndReason,
  type SegmentName,
} from '@sightline/shared';

/** A segment that is on record. */
export interface RecordedSegment extends SegmentName {
  sha256: string;
  /** When its last picture stops to be seen: before its end if that was lost. */
  mediaEndMs: number;
  /** When it came to the recording, by the recorder's clock. */
  addedAtMs: number;
  /** When its media was deleted; undefined: it is there. */
  deletedAtMs: number | undefined;
}

/** A run that is on record. */
export interface RecordedRun {
  /** Relative to the recordings' root. */
  folder: string;
  source: 'live' | 'healed';
  segments: readonly RecordedSegment[];
  end: { reason: RunEndReason; atMs: number } | undefined;
}

/** A track of a session that is on record. */
export interface RecordedTrack {
  /** Relative to the recordings' root. */
  folder: string;
  runs: readonly RecordedRun[];
  /** The sfu has said that the session is over. */
  closed: boolean;
}

type OpenRun = Omit<RecordedRun, 'segments'> & { segments: Map<number, RecordedSegment> };

/** What a session's manifest says of one of its tracks; undefined if it does not know the track. */
export function trackFromManifest(
  entries: readonly ManifestEntry[],
  trackFolder: string,
): RecordedTrack | undefined {
  const trackId = decodeTrackFolder(trackFolder)?.trackId;
  const runs = new Map<string, OpenRun>();
  let closed = false;
  for (const entry of entries) {
    switch (entry.type) {
      case 'run':
        if (entry.trackId !== trackId) break;
        runs.set(entry.runId, {
          folder: `${trackFolder}/${encodeRunFolder(entry.runId)}`,
          source: entry.source,
          segments: new Map(),
          end: undefined,
        });
        break;
      case 'segment':
      case 'heal':
        runs.get(entry.runId)?.segments.set(entry.index, {
          index: entry.index,
          startMs: entry.startMs,
          durationMs: entry.durationMs,
          mediaEndMs: mediaEndMs(entry.type === 'segment' ? entry : { ...entry, holes: [] }),
          sha256: entry.sha256,
          addedAtMs: entry.atMs,
          deletedAtMs: undefined,
        });
        break;
      case 'run-end': {
        const run = runs.get(entry.runId);
        if (run !== undefined) run.end ??= { reason: entry.reason, atMs: entry.atMs };
        break;
      }
      case 'delete':
        for (const { runId, index } of entry.segments) {
          const gone = runs.get(runId)?.segments.get(index);
          if (gone !== undefined) gone.deletedAtMs ??= entry.atMs;
        }
        break;
      case 'ledger':
        closed = true;
        break;
      case 'begin':
      case 'seal':
        break;
    }
  }
  if (runs.size === 0) return undefined;
  return {
    folder: trackFolder,
    runs: [...runs.values()].map((run) => ({ ...run, segments: [...run.segments.values()] })),
    closed,
  };
}
