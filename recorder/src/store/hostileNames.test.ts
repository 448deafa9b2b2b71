import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  MANIFEST_FILE,
  PathCodecError,
  canonicalJson,
  decodeRunFolder,
  decodeTrackFolder,
  encodeSessionFolder,
  id,
  type SessionLocation,
} from '@sightline/shared';
import { chainEntry, createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { hostileText } from '@sightline/shared/testing/names';
import fc from 'fast-check';
import { createManifests, manifestPathOf } from '../evidence/manifests.ts';
import { createTestKey } from '../evidence/testKey.ts';
import { takeInventory } from '../retention/inventory.ts';
import { createSegmentCipher } from './encryption/segmentCipher.ts';
import { parseEncryptionKeys } from './encryption/encryptionKeys.ts';
import { createHoldRegister } from './holdRegister.ts';
import { createLocalSegmentStore } from './localSegmentStore.ts';
import { findStored } from './objects/findStored.ts';
import { createOpenRuns, type OpenRun } from './openRuns.ts';
import { createRunFolder, openRunFolder, runFolderOf } from './runFolder.ts';
import { createSealRegister } from './sealRegister.ts';
import { createStoredFiles, storedPathOf } from './storedFiles.ts';
import { STORED_FORMS, decodeStoredName } from './storedName.ts';

const logger = createLogger('test', 'silent');
const DAY_MS = 86_400_000;
/** Many at once, made up once: on disk each costs some syncs. */
const ONCE = { numRuns: 1, endOnFailure: true };

const startMs = fc.integer({ min: 0, max: Date.UTC(9_999, 11, 31) });
const place = fc.record({
  companyId: hostileText,
  userId: hostileText,
  sessionId: hostileText,
  sessionStartedAtMs: startMs,
});
const run = fc.record({
  place,
  trackId: fc.oneof(fc.constantFrom('display-1', 'con', 'nul', 'com1'), hostileText),
  runId: hostileText,
});
const segment = fc.record({
  index: fc.nat(),
  startMs: fc.integer({ min: 0, max: 1e13 }),
  durationMs: fc.nat(),
});
const knownId = hostileText.filter((text) => id.safeParse(text).success);
const session = fc.record({
  companyId: knownId,
  userId: hostileText.filter((text) => writable(() => encodeSessionFolder(sessionOf(text)))),
  sessionId: knownId,
  sessionStartedAtMs: startMs,
});
const sessions = fc.uniqueArray(session, {
  minLength: 80,
  maxLength: 120,
  selector: ({ sessionId }) => sessionId,
  size: 'max',
});

const sessionOf = (userId: string): SessionLocation => ({
  companyId: 'c',
  userId,
  sessionId: 's',
  sessionStartedAtMs: 0,
});

function writable(build: () => string): boolean {
  try {
    build();
    return true;
  } catch (error) {
    if (error instanceof PathCodecError) return false;
    throw error;
  }
}

const byText = (one: string, other: string): number => (one < other ? -1 : 1);
const sorted = <T>(all: Iterable<T>): T[] =>
  [...all].toSorted((a, b) => byText(JSON.stringify(a), JSON.stringify(b)));

describe('where a segment is', () => {
  it('is below the root, and tells whose it is', () => {
    fc.assert(
      fc.property(run, segment, ({ place: { sessionStartedAtMs, ...names }, trackId, runId }, name) => {
        const location = { ...names, sessionStartedAtMs, trackId, runId };
        if (!writable(() => runFolderOf(location))) return;
        for (const form of STORED_FORMS) {
          const path = storedPathOf({ runFolder: runFolderOf(location), name }, form);
          expect(resolve('/data/recordings', path)).toBe(`/data/recordings${sep}${path}`);
          const parts = path.split('/');
          expect(parts.length).toBe(9);
          expect(decodeTrackFolder(parts.slice(0, 7).join('/'))).toEqual({
            ...names,
            sessionDayMs: Math.floor(sessionStartedAtMs / DAY_MS) * DAY_MS,
            trackId,
          });
          expect(decodeRunFolder(parts[7] ?? '')).toBe(runId);
          expect(decodeStoredName(parts[8] ?? '')).toEqual(name);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('on disk', () => {
  let outer: string;
  let root: string;

  beforeEach(async () => {
    outer = await mkdtemp(join(tmpdir(), 'sightline-names-'));
    root = join(outer, 'root');
    await mkdir(root);
  });
  afterEach(async () => {
    const around = await readdir(outer);
    await rm(outer, { recursive: true });
    expect(around).toEqual(['root']);
  });

  it.each(STORED_FORMS)('segments are kept, found, read and removed under all names: %s', async (form) => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const files = createStoredFiles(
      root,
      createSegmentCipher(form === 'plain' ? undefined : parseEncryptionKeys(key, 'key')),
    );
    const runs = fc.array(fc.tuple(run, segment), { minLength: 150, maxLength: 200, size: 'max' });
    await fc.assert(
      fc.asyncProperty(runs, async (all) => {
        const kept = new Map<string, { runFolder: string; name: (typeof all)[number][1] }>();
        for (const [{ place: location, ...rest }, name] of all) {
          if (!writable(() => runFolderOf({ ...location, ...rest }))) continue;
          const runFolder = runFolderOf({ ...location, ...rest });
          const { partPath } = await createRunFolder(root, runFolder);
          await writeFile(partPath(0), runFolder);
          expect(await openRunFolder(root, runFolder).listParts()).toEqual([0]);
          kept.set(await files.add({ runFolder, name }, partPath(0)), { runFolder, name });
        }
        expect(kept.size).toBeGreaterThan(30);
        const found: string[] = [];
        for await (const { key: path } of findStored(root)) found.push(path);
        expect(sorted(found)).toEqual(sorted(kept.keys()));
        for (const ref of kept.values()) {
          expect(await files.list(ref.runFolder)).toContainEqual(ref.name);
          expect((await files.read(ref))?.toString()).toBe(ref.runFolder);
          expect(await files.remove(ref)).toBeGreaterThan(0);
        }
      }),
      ONCE,
    );
  });

  it('manifests are begun under all names, and the inventory finds each', async () => {
    const manifests = createManifests({
      recordingsDir: root,
      recorderId: 'recorder',
      sealKey: createTestKey(),
      clock: createManualClock(),
      logger,
    });
    await fc.assert(
      fc.asyncProperty(sessions, async (all) => {
        for (const one of all) {
          await (await manifests.open({ ...one, userName: one.userId, hostName: '' })).close();
          expect((await readFile(manifestPathOf(root, one))).length).toBeGreaterThan(0);
        }
        const found = await takeInventory(root, createLocalSegmentStore({ recordingsDir: root }));
        expect(found.strange).toEqual([]);
        expect(sorted(found.sessions.map(({ sessionId }) => sessionId))).toEqual(
          sorted(all.map(({ sessionId }) => sessionId)),
        );
      }),
      ONCE,
    );
  });

  it.each([
    ['a user', { userId: '' }],
    ['a company', { companyId: '!'.repeat(86) }],
    ['a time', { sessionStartedAtMs: 1e300 }],
  ])('a manifest of %s that can be no folder is strange, and stops nobody', async (_what, change) => {
    const begin = { type: 'begin', version: 1, recorderId: 'r', userName: '', hostName: '', atMs: 0 };
    const folder = encodeSessionFolder(sessionOf('u'));
    await mkdir(join(root, folder), { recursive: true });
    const entry = chainEntry(undefined, { ...begin, ...sessionOf('u'), ...change });
    await writeFile(join(root, folder, MANIFEST_FILE), `${canonicalJson(entry)}\n`);
    const store = createLocalSegmentStore({ recordingsDir: root });
    expect(await takeInventory(root, store)).toEqual({ sessions: [], strange: [folder] });
  });

  it('registers keep, list and forget under all ids', async () => {
    await fc.assert(
      fc.asyncProperty(sessions, async (all) => {
        const openRuns = await createOpenRuns(join(root, 'runs'), logger);
        const seals = await createSealRegister(join(root, 'seals'), logger);
        const holds = await createHoldRegister(join(root, 'holds'), logger);
        const runs = all.map((one): OpenRun => ({
          runId: one.sessionId,
          session: { ...one, userName: '', hostName: '' },
          trackId: 'display-1',
          label: one.userId,
          codec: '',
          audio: false,
          rtcpPorts: [1],
        }));
        for (const one of runs) await openRuns.put(one);
        for (const one of all) await seals.add(one);
        await holds.put(all.map((one) => ({ ...one, held: true })));
        expect(sorted(await openRuns.list())).toEqual(sorted(runs));
        expect(sorted((await seals.list()).map((one) => one.session))).toEqual(sorted(all));
        expect(sorted(await holds.list())).toEqual(
          sorted(all.map((one) => ({ ...one, held: true, settled: false }))),
        );
        for (const { sessionId } of all) {
          for (const remove of [openRuns.remove, seals.remove, holds.remove]) await remove(sessionId);
        }
        for (const folder of ['runs', 'seals', 'holds'])
          expect(await readdir(join(root, folder))).toEqual([]);
      }),
      ONCE,
    );
  });
});
