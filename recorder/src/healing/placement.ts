import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestEntry, Segment } from '@sightline/shared';
import type { UploadOrder } from '@sightline/shared/node';
import { manifestPathOf, type Manifests } from '../evidence/manifests.ts';
import { readManifest } from '../evidence/manifestReader.ts';
import { syncPath } from '../store/durable.ts';
import { createRunFolder, runFolderOf } from '../store/runFolder.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { convertedFile } from './conversion.ts';

/** Puts what was made of a piece into its session's recording. */
export interface Placement {
  /**
   * Stores the segments and enters them into the manifest as a run that has ended. What of it was done before a crash is
   * not done again.
   *
   * @param folder in which the segments are
   */
  place(order: UploadOrder, segments: readonly Segment[], folder: string): Promise<void>;
}

/** Builds a {@link Placement} into the recordings of this recorder. */
export function createPlacement(deps: {
  recordingsDir: string;
  manifests: Manifests;
  store: SegmentStore;
}): Placement {
  const { recordingsDir, manifests, store } = deps;
  return {
    async place(order, segments, folder) {
      const { location, pieceId: runId, trackId, label, userName, hostName } = order;
      const manifest = await manifests.open({ ...location, userName, hostName });
      try {
        const known = await entriesOf(manifestPathOf(recordingsDir, location), runId);
        const run = await createRunFolder(recordingsDir, runFolderOf({ ...location, trackId, runId }));
        if (!known.some(({ type }) => type === 'run')) {
          // Whatever it came in, it is H.264 now.
          const codec = 'video/H264';
          await manifest.append({
            type: 'run',
            runId,
            trackId,
            label,
            source: 'healed',
            codec,
            audio: false,
          });
        }
        const placed = new Set(known.flatMap((entry) => (entry.type === 'heal' ? [entry.index] : [])));
        for (const { index, startMs, durationMs, bytes, sha256 } of segments) {
          if (placed.has(index)) continue;
          const part = run.partPath(index);
          try {
            await copyFile(join(folder, convertedFile(index)), part);
            await syncPath(part);
            await store.add({ runFolder: run.name, name: { index, startMs, durationMs } }, part);
          } catch (error) {
            // Where there was no room, none of it is to be in the way until there is.
            await run.removePart(index);
            throw error;
          }
          const media = { index, startMs, durationMs, bytes, sha256 };
          await manifest.append({ type: 'heal', runId, trackId, ...media, pieceSha256: order.sha256 });
        }
        if (!known.some(({ type }) => type === 'run-end'))
          await manifest.append({ type: 'run-end', runId, reason: 'stopped', message: '' });
      } finally {
        await manifest.close();
      }
    },
  };
}

async function entriesOf(path: string, runId: string): Promise<ManifestEntry[]> {
  const manifest = await readManifest(path);
  return (manifest?.entries ?? []).filter((entry) => 'runId' in entry && entry.runId === runId);
}
