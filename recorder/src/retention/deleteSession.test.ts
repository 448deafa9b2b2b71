import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_HASH, encodeSessionFolder, type DeletionClaim, type ManifestEntry } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { readManifest } from '../evidence/manifestReader.ts';
import { createManifests, manifestPathOf, type Manifests } from '../evidence/manifests.ts';
import { createTestKey } from '../evidence/testKey.ts';
import { createFolders } from '../store/durable.ts';
import { createLocalSegmentStore } from '../store/localSegmentStore.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { deleteSession, isHere, keyOf, refOf, tombstonesOf } from './deleteSession.ts';

const place = { companyId: 'acme', userId: 'zoë', sessionId: 's1', sessionStartedAtMs: 1_700_000_000_000 };
const claim: DeletionClaim = { claimId: 'claim-1', cause: 'retention-age', ...place };
const BYTES = 10;
const SEGMENTS = [
  ['run-a', 0],
  ['run-a', 1],
  ['run-b', 0],
  ['run-b', 1],
] as const;

class Killed extends Error {}

let dir: string;
let manifests: Manifests;
let store: SegmentStore;

const createNew = (): void => {
  manifests = createManifests({
    recordingsDir: dir,
    recorderId: 'recorder',
    sealKey: createTestKey(),
    clock: createManualClock(1_700_000_000_000),
    logger: createLogger('test', 'silent'),
  });
  store = createLocalSegmentStore({ recordingsDir: dir });
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sightline-delete-'));
  createNew();
  const manifest = await manifests.open({ ...place, userName: 'Zoë', hostName: 'ws-1' });
  for (const [runId, index] of SEGMENTS) {
    const entry = await manifest.append({
      type: 'segment',
      runId,
      trackId: 'display-1',
      index,
      startMs: 1_700_000_000_000 + index,
      durationMs: 1,
      bytes: BYTES,
      sha256: NO_HASH,
      holes: [],
    });
    if (entry.type !== 'segment') throw new Error('A segment was to be entered.');
    const ref = refOf(place, entry);
    await createFolders(dir, ref.runFolder);
    const part = join(dir, ref.runFolder, 'x.part.ts');
    await writeFile(part, Buffer.alloc(BYTES));
    await store.add(ref, part);
  }
  await manifest.close();
});
afterEach(() => rm(dir, { recursive: true }));

const entries = async (): Promise<ManifestEntry[]> =>
  (await readManifest(manifestPathOf(dir, place)))?.entries ?? [];
const media = async () => (await entries()).filter((entry) => entry.type === 'segment');
const isThere = async (entry: Awaited<ReturnType<typeof media>>[number]): Promise<boolean> => {
  const { runFolder, name } = refOf(place, entry);
  return (await store.list(runFolder)).some(({ index }) => index === name.index);
};

/** Kills the deletion before its nth step: a tombstone, or a file. Returns whether it got that far. */
async function killedBefore(step: number): Promise<boolean> {
  let left = step;
  const die = (): void => {
    if (left === 0) throw new Killed();
    left -= 1;
  };
  const dying: SegmentStore = {
    ...store,
    remove: async (segment) => {
      die();
      return store.remove(segment);
    },
  };
  const dyingManifests: Manifests = {
    ...manifests,
    openExisting: async (session) => {
      const lent = await manifests.openExisting(session);
      return (
        lent && {
          ...lent,
          append: async (event) => {
            die();
            return lent.append(event);
          },
        }
      );
    },
  };
  try {
    await deleteSession(claim, { recordingsDir: dir, manifests: dyingManifests, store: dying });
    return false;
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return true;
  }
}

describe('the deletion of a session', () => {
  it('leaves tombstones and the manifest, and nothing else', async () => {
    expect(await deleteSession(claim, { recordingsDir: dir, manifests, store })).toBe(
      BYTES * SEGMENTS.length,
    );
    const found = await entries();
    expect(found.filter(({ type }) => type === 'delete')).toMatchObject([
      {
        claimId: 'claim-1',
        cause: 'retention-age',
        segments: SEGMENTS.map(([runId, index]) => ({ runId, index })),
      },
    ]);
    expect(found.at(-1)?.type).toBe('seal');
    expect(await readdir(join(dir, encodeSessionFolder(place)))).toEqual(['manifest.jsonl']);
  });

  it('never leaves a file missing that is not accounted for, wherever it is killed, and is finished later', async () => {
    let step = 0;
    for (; await killedBefore(step); step += 1) {
      const gone = tombstonesOf(await entries());
      for (const entry of await media()) if (!gone.has(keyOf(entry))) expect(await isThere(entry)).toBe(true);
      createNew();
    }
    expect(step).toBeGreaterThan(0);
    expect(await deleteSession(claim, { recordingsDir: dir, manifests, store })).toBe(
      BYTES * SEGMENTS.length,
    );
    for (const entry of await media()) expect(await isThere(entry)).toBe(false);
    expect((await entries()).filter(({ type }) => type === 'delete')).toHaveLength(1);
  });

  it('counts what an earlier claim removed to that one', async () => {
    await deleteSession(claim, { recordingsDir: dir, manifests, store });
    const later = { ...claim, claimId: 'claim-2' };
    expect(await deleteSession(later, { recordingsDir: dir, manifests, store })).toBe(0);
  });

  it('fails, and changes nothing, where the session is not: a disk that is not mounted looks like one that is empty', async () => {
    const mounted = join(dir, encodeSessionFolder(place));
    const away = join(dir, 'away');
    await rename(mounted, away);
    expect(await isHere(place, dir)).toBe(false);
    await expect(deleteSession(claim, { recordingsDir: dir, manifests, store })).rejects.toMatchObject({
      code: 'session-not-here',
    });
    await rename(away, mounted);
    expect(await isHere(place, dir)).toBe(true);
    for (const entry of await media()) expect(await isThere(entry)).toBe(true);
    expect(await deleteSession(claim, { recordingsDir: dir, manifests, store })).toBe(
      BYTES * SEGMENTS.length,
    );
    // The manifest stays: a deletion whose report was lost in a crash is told from a disk that is not there.
    expect(await isHere(place, dir)).toBe(true);
    expect(await deleteSession(claim, { recordingsDir: dir, manifests, store })).toBe(
      BYTES * SEGMENTS.length,
    );
  });
});
