import {
  encodeRunFolder,
  encodeSegmentName,
  encodeSessionFolder,
  encodeTrackFolder,
  type Interval,
  type ManifestEntry,
} from '@sightline/shared';
import { EvidenceFault } from './finding.ts';
import type { EntryOf } from './manifestCheck.ts';

/** Ends of segments are estimates: by so much may one reach into the next of its run. Three frames at 30 fps. */
const MAX_OVERLAP_MS = 100;

/** A segment that a manifest lists. */
export interface ListedSegment {
  /** Path relative to the session's folder. */
  path: string;
  trackId: string;
  startMs: number;
  endMs: number;
  bytes: number;
  sha256: string;
  holes: readonly Interval[];
  /** Recorded by the agent itself. */
  healed: boolean;
  /** When it was entered, by the recorder's clock. */
  enteredAtMs: number;
  /** Number of its entry. */
  entry: number;
  /** Number of its tombstone. */
  deletedBy: number | undefined;
  /** When that was entered. */
  deletedAtMs: number | undefined;
}

type RunEntry = Exclude<ManifestEntry, { type: 'begin' | 'seal' | 'ledger' }>;
type PieceEntry = EntryOf<'segment'> | EntryOf<'heal'>;

interface Run {
  trackId: string;
  source: 'live' | 'healed';
  segments: Map<number, ListedSegment>;
  last: { index: number; segment: ListedSegment } | undefined;
}

/** Takes in what a manifest says of runs, entry by entry. */
export interface RunBook {
  /** @throws {EvidenceFault} `order`: it contradicts what was said before */
  enter(begin: EntryOf<'begin'>, entry: RunEntry): void;
  /** In order of arrival. */
  segments(): ListedSegment[];
}

/** Opens a {@link RunBook}. @param file the manifest, in findings */
export function createRunBook(file: string): RunBook {
  const runs = new Map<string, Run>();
  const refuse = (number: number, message: string): never => {
    throw new EvidenceFault('order', { file, entry: number }, `Entry ${number}: ${message}`);
  };
  const runOf = (number: number, runId: string): Run =>
    runs.get(runId) ?? refuse(number, `no run ${runId} has begun before it.`);

  const beginRun = ({ number, runId, trackId, source }: EntryOf<'run'>): void => {
    const known = runs.get(runId);
    if (known === undefined) runs.set(runId, { trackId, source, segments: new Map(), last: undefined });
    else if (known.trackId !== trackId || known.source !== source)
      refuse(number, `run ${runId} has begun before, as another one.`);
  };

  const addSegment = (begin: EntryOf<'begin'>, entry: PieceEntry): void => {
    const { number, runId, trackId, index, startMs } = entry;
    const run = runOf(number, runId);
    if (run.trackId !== trackId) refuse(number, `run ${runId} is of another track.`);
    if ((run.source === 'healed') !== (entry.type === 'heal'))
      refuse(number, `run ${runId} is ${run.source}, and its segment is not.`);
    if (run.last !== undefined && index <= run.last.index)
      refuse(number, `segment ${index} of run ${runId} comes after segment ${run.last.index}.`);
    if (run.last !== undefined && startMs < run.last.segment.endMs - MAX_OVERLAP_MS)
      refuse(number, `segment ${index} of run ${runId} overlaps segment ${run.last.index}.`);
    const segment = listed(begin, entry);
    run.segments.set(index, segment);
    run.last = { index, segment };
  };

  const bury = ({ number, atMs, segments }: EntryOf<'delete'>): void => {
    for (const { runId, index } of segments) {
      const segment = runOf(number, runId).segments.get(index);
      if (segment === undefined)
        refuse(number, `run ${runId} has had no segment ${index} that could be deleted.`);
      else {
        segment.deletedBy ??= number;
        segment.deletedAtMs ??= atMs;
      }
    }
  };

  return {
    enter(begin, entry) {
      switch (entry.type) {
        case 'run':
          beginRun(entry);
          return;
        case 'segment':
        case 'heal':
          addSegment(begin, entry);
          return;
        case 'run-end':
          runOf(entry.number, entry.runId);
          return;
        case 'delete':
          bury(entry);
      }
    },
    segments: () =>
      [...runs.values()]
        .flatMap(({ segments }) => [...segments.values()])
        .sort((one, other) => one.entry - other.entry),
  };
}

function listed(begin: EntryOf<'begin'>, entry: PieceEntry): ListedSegment {
  const { runId, trackId, index, startMs, durationMs, bytes, sha256 } = entry;
  const trackFolder = encodeTrackFolder({ ...begin, trackId }).slice(encodeSessionFolder(begin).length + 1);
  return {
    path: `${trackFolder}/${encodeRunFolder(runId)}/${encodeSegmentName({ index, startMs, durationMs })}`,
    trackId,
    startMs,
    endMs: startMs + durationMs,
    bytes,
    sha256,
    holes: entry.type === 'segment' ? entry.holes : [],
    healed: entry.type === 'heal',
    enteredAtMs: entry.atMs,
    entry: entry.number,
    deletedBy: undefined,
    deletedAtMs: undefined,
  };
}
