import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Cleanup } from '@sightline/e2e/harness/cleanup.ts';
import { createTempDir } from '@sightline/e2e/harness/tempDir.ts';
import {
  createLocalSegmentStore,
  createManifests,
  ensureSealKey,
  syncAndDigest,
  syncPath,
} from '@sightline/recorder/evidence';
import { encodeRunFolder, encodeSegmentName, encodeTrackFolder, systemClock } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';

const ROUNDS = 40;
const SEGMENTS_PER_ROUND = 10;
/** A manifest that grows is sealed every minute, which has ten segments of 6 s. */
const SEALS_PER_ROUND = 1;

/** CPU time for closing one segment, ms: medians of all rounds. */
export interface ClosingCost {
  with: number;
  without: number;
  rounds: number;
}

/** Closes files of this size with evidence and without, by turns. */
export async function measureClosing(cleanup: Cleanup, segmentBytes: number): Promise<ClosingCost> {
  const dir = cleanup.use(await createTempDir('evidence'));
  const bench = await prepare(dir.path, segmentBytes);
  const costs: { with: number[]; without: number[] } = { with: [], without: [] };
  // The first round of each warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const kind of ['without', 'with'] as const) {
      const parts = await bench.writeParts(SEGMENTS_PER_ROUND);
      const before = process.cpuUsage();
      await bench[kind](parts);
      const { user, system } = process.cpuUsage(before);
      if (round > 0) costs[kind].push((user + system) / 1_000 / SEGMENTS_PER_ROUND);
    }
  }
  await bench.close();
  return { with: median(costs.with), without: median(costs.without), rounds: ROUNDS };
}

async function prepare(root: string, segmentBytes: number) {
  const recordingsDir = join(root, 'recordings');
  const session = {
    companyId: 'acme',
    userId: 'ann@example.org',
    sessionId: randomUUID(),
    sessionStartedAtMs: Date.now(),
    userName: 'Ann',
    hostName: 'desk',
  };
  const run = { runId: randomUUID(), trackId: 'display-1' };
  const runFolder = `${encodeTrackFolder({ ...session, ...run })}/${encodeRunFolder(run.runId)}`;
  const folder = join(recordingsDir, runFolder);
  await mkdir(folder, { recursive: true });
  const logger = createLogger('bench', 'silent');
  const sealKey = await ensureSealKey(join(root, 'seal-key.pem'));
  const manifests = createManifests({
    recordingsDir,
    recorderId: randomUUID(),
    sealKey,
    clock: systemClock,
    logger,
  });
  const manifest = await manifests.open(session);
  const line = await manifest.append({
    type: 'run',
    ...run,
    label: 'Display 1',
    source: 'live',
    codec: 'video/H264',
    audio: false,
  });
  const entryBytes = Buffer.from(`${JSON.stringify({ ...line, ...segmentOf(0), sha256: '0'.repeat(64) })}\n`);
  const store = createLocalSegmentStore({ recordingsDir });
  const index = await open(join(root, 'index.jsonl'), 'a');
  let next = 0;

  return {
    /** Leaves files as ffmpeg does. */
    async writeParts(count: number): Promise<string[]> {
      const parts = Array.from({ length: count }, () => join(folder, `${randomUUID()}.part.ts`));
      for (const part of parts) await writeFile(part, randomBytes(segmentBytes));
      return parts;
    },
    async with(parts: readonly string[]): Promise<void> {
      for (const part of parts) {
        const { index: at, startMs, durationMs } = segmentOf((next += 1));
        const digest = await syncAndDigest(part);
        await store.add({ runFolder, name: { index: at, startMs, durationMs } }, part);
        await manifest.append({
          type: 'segment',
          ...run,
          index: at,
          startMs,
          durationMs,
          ...digest,
          holes: [],
        });
      }
      for (let seal = 0; seal < SEALS_PER_ROUND; seal += 1) await manifest.seal();
    },
    async without(parts: readonly string[]): Promise<void> {
      for (const part of parts) {
        const path = join(folder, encodeSegmentName(segmentOf((next += 1))));
        await syncPath(part);
        await rename(part, path);
        await syncPath(dirname(path));
        await index.write(entryBytes);
        await index.datasync();
      }
      for (let seal = 0; seal < SEALS_PER_ROUND; seal += 1) {
        await index.write(entryBytes);
        await index.datasync();
      }
    },
    async close(): Promise<void> {
      await manifest.close();
      await index.close();
    },
  };
}

const segmentOf = (index: number) => ({
  index,
  startMs: 1_700_000_000_000 + index * 6_000,
  durationMs: 6_000,
});

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
