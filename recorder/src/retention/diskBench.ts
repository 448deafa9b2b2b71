import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  MANIFEST_FILE,
  NO_HASH,
  encodeSessionFolder,
  type ManifestEntry,
  type SessionLocation,
} from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { createManifests, type Manifests } from '../evidence/manifests.ts';
import { createTestKey } from '../evidence/testKey.ts';
import { createFolders } from '../store/durable.ts';
import { createLocalSegmentStore } from '../store/localSegmentStore.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { refOf } from './deleteSession.ts';

/** When the first session of tests began. */
export const START_MS = 1_700_000_000_000;

/** A disk with recordings, for tests. */
export interface DiskBench {
  readonly dir: string;
  readonly manifests: Manifests;
  readonly store: SegmentStore;
  /** A session with a run of segments; those in `without` are entered, and their files are not there. */
  put(sessionId: string, startedAtMs: number, segments: number, without?: number[]): Promise<SessionLocation>;
  /** As long a manifest as of hours, of which nothing else is there. */
  putLong(sessionId: string, segments: number): Promise<void>;
  remove(): Promise<void>;
}

/** Where a session of tests is. */
export const placeOf = (sessionId: string, startedAtMs: number): SessionLocation => ({
  companyId: 'acme',
  userId: 'zoë',
  sessionId,
  sessionStartedAtMs: startedAtMs,
});

/** Builds a {@link DiskBench} on which nothing is recorded. */
export async function createDiskBench(): Promise<DiskBench> {
  const dir = await mkdtemp(join(tmpdir(), 'sightline-inventory-'));
  const store = createLocalSegmentStore({ recordingsDir: dir });
  const manifests = createManifests({
    recordingsDir: dir,
    recorderId: 'recorder',
    sealKey: createTestKey(),
    clock: createManualClock(START_MS),
    logger: createLogger('test', 'silent'),
  });
  return {
    dir,
    manifests,
    store,
    async put(sessionId, startedAtMs, segments, without = []) {
      const place = placeOf(sessionId, startedAtMs);
      const runId = `run-${sessionId}`;
      const manifest = await manifests.open({ ...place, userName: 'Zoë', hostName: 'ws-1' });
      const run = { runId, trackId: 'display-1' };
      await manifest.append({
        type: 'run',
        ...run,
        label: 'Screen',
        source: 'live',
        codec: 'video/H264',
        audio: false,
      });
      for (let index = 0; index < segments; index += 1) {
        const media = { index, startMs: startedAtMs + index * 10, durationMs: 10, bytes: 5, sha256: NO_HASH };
        const entry = await manifest.append({ type: 'segment', ...run, ...media, holes: [] });
        if (entry.type !== 'segment' || without.includes(index)) continue;
        const ref = refOf(place, entry);
        await createFolders(dir, ref.runFolder);
        const part = join(dir, ref.runFolder, 'x.part.ts');
        await writeFile(part, 'media');
        await store.add(ref, part);
      }
      await manifest.append({ type: 'run-end', runId, reason: 'stopped', message: '' });
      await manifest.close();
      return place;
    },
    async putLong(sessionId, segments) {
      const place = placeOf(sessionId, START_MS + segments);
      const folder = join(dir, encodeSessionFolder(place));
      await mkdir(folder, { recursive: true });
      const chained = { previousHash: NO_HASH, hash: NO_HASH, atMs: START_MS };
      const run = { runId: `run-${sessionId}`, trackId: 'display-1' };
      const names = { userName: 'Zoë', hostName: 'ws-1' };
      const lines: ManifestEntry[] = [
        { type: 'begin', number: 1, ...chained, version: 1, recorderId: 'recorder', ...place, ...names },
        {
          ...{ type: 'run', number: 2, ...chained, ...run },
          ...{ label: 'Screen', source: 'live', codec: 'video/H264', audio: false },
        },
      ];
      for (let index = 0; index < segments; index += 1) {
        const media = { index, startMs: START_MS, durationMs: 1, bytes: 1, sha256: NO_HASH, holes: [] };
        lines.push({ type: 'segment', number: index + 3, ...chained, ...run, ...media });
      }
      await writeFile(join(folder, MANIFEST_FILE), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    },
    remove: () => rm(dir, { recursive: true }),
  };
}
