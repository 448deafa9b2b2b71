import { createHash } from 'node:crypto';
import type { ManifestEntry, Segment } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { RecordingEngine } from '../ffmpeg/engine.ts';
import { readManifest } from '../evidence/manifestReader.ts';
import { manifestPathOf, type Manifests } from '../evidence/manifests.ts';
import { folderOf, type OpenRun } from '../store/openRuns.ts';
import { openRunFolder } from '../store/runFolder.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { openRunJournal, type RunJournal } from './runJournal.ts';
import { lossMarksFrom } from './lossMarks.ts';
import { createSegmentClock } from './segmentClock.ts';
import { createSegmentCollector } from './segmentCollector.ts';

interface AdoptionDeps {
  engine: Pick<RecordingEngine, 'cutTornEnd'>;
  recordingsDir: string;
  store: SegmentStore;
  manifests: Manifests;
  logger: Logger;
}

/**
 * Takes care of a run that a killed recorder left: what is closed but not in the manifest gets entered, the
 * parts become segments, and the run gets its end. However often it is done, and wherever that was cut short, the
 * result is the same.
 *
 * @returns all segments of the run: which of them the sfu has heard of is not known.
 */
export async function adoptRun(run: OpenRun, deps: AdoptionDeps): Promise<Segment[]> {
  const logger = deps.logger.child({ runId: run.runId });
  const journal = await openRunJournal(deps.manifests, run);
  try {
    const manifest = await readManifest(manifestPathOf(deps.recordingsDir, run.session));
    const entries = (manifest?.entries ?? []).filter(
      (entry) => 'runId' in entry && entry.runId === run.runId,
    );
    if (!entries.some(({ type }) => type === 'run')) await journal.begin();
    const listed = entries.flatMap((entry) => (entry.type === 'segment' ? [segmentOf(entry)] : []));
    const unlisted = await enterUnlisted(run, listed, journal, deps);
    const closed = [...listed, ...unlisted].sort((a, b) => a.index - b.index);
    const adopted = await closeParts(run, closed.at(-1), journal, { ...deps, logger });
    if (!entries.some(({ type }) => type === 'run-end')) {
      await journal.end('recorder-lost', 'The recorder was killed, or could not write.');
    }
    const counts = { listed: listed.length, unlisted: unlisted.length, adopted: adopted.length };
    logger.info(counts, 'adopted a run');
    return [...closed, ...adopted];
  } finally {
    await journal.close();
  }
}

const segmentOf = (entry: Extract<ManifestEntry, { type: 'segment' }>): Segment => {
  const { index, startMs, durationMs, bytes, sha256, holes } = entry;
  return { index, startMs, durationMs, bytes, sha256, holes };
};

/** Segments that were closed, and not entered any more. */
async function enterUnlisted(
  run: OpenRun,
  listed: readonly Segment[],
  journal: RunJournal,
  { store }: AdoptionDeps,
): Promise<Segment[]> {
  const runFolder = folderOf(run);
  const known = new Set(listed.map(({ index }) => index));
  const unlisted: Segment[] = [];
  for (const name of await store.list(runFolder)) {
    if (known.has(name.index)) continue;
    const media = await store.read({ runFolder, name });
    const sha256 = createHash('sha256').update(media).digest('hex');
    const { index, startMs, durationMs } = name;
    const isDamaged = run.lostFrom !== undefined && index >= run.lostFrom;
    const holes = isDamaged ? [{ fromMs: startMs, toMs: startMs + durationMs }] : [];
    const segment = { ...name, bytes: media.length, sha256, holes };
    await journal.addSegment(segment);
    unlisted.push(segment);
  }
  return unlisted;
}

/** Makes segments of the parts behind the last closed one. */
async function closeParts(
  run: OpenRun,
  last: Segment | undefined,
  journal: RunJournal,
  { engine, recordingsDir, store, logger }: AdoptionDeps,
): Promise<Segment[]> {
  const folder = openRunFolder(recordingsDir, folderOf(run));
  if (!(await folder.exists())) {
    logger.error({ folder: folder.name }, 'the folder of a run that was left is gone');
    return [];
  }
  const adopted: Segment[] = [];
  await createSegmentCollector({
    folder,
    store,
    enter: (segment) => journal.addSegment(segment),
    anchor: () => Promise.resolve(),
    clock: createSegmentClock(),
    logger,
    losses: lossMarksFrom(run.lostFrom),
    onSegment: (segment) => adopted.push(segment),
    cutTornEnd: (path) => engine.cutTornEnd(path),
    from:
      last === undefined
        ? { index: 0, startMs: run.anchorMs }
        : { index: last.index + 1, startMs: last.startMs + last.durationMs },
  }).finish();
  return adopted;
}
