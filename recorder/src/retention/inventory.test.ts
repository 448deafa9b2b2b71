import { mkdtemp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MANIFEST_FILE, NO_HASH, ProtocolError, encodeSessionFolder } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { createFakeSfu } from '../control/fakeSfu.ts';
import { createManifests, type Manifests } from '../evidence/manifests.ts';
import { createTestKey } from '../evidence/testKey.ts';
import { createFolders } from '../store/durable.ts';
import { createLocalSegmentStore } from '../store/localSegmentStore.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { deleteSession, refOf } from './deleteSession.ts';
import { diskReports } from './diskReports.ts';
import { takeInventory } from './inventory.ts';
import { createProblems } from './problems.ts';
import { reconcile } from './reconciler.ts';

const logger = createLogger('test', 'silent');
const START_MS = 1_700_000_000_000;
const placeOf = (sessionId: string, startedAtMs: number) => ({
  companyId: 'acme',
  userId: 'zoë',
  sessionId,
  sessionStartedAtMs: startedAtMs,
});

let dir: string;
let manifests: Manifests;
let store: SegmentStore;
const inventory = () => takeInventory(dir, store);

/** A session with a run of segments; those in `without` are entered, and their files are not there. */
async function put(sessionId: string, startedAtMs: number, segments: number, without: number[] = []) {
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
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sightline-inventory-'));
  store = createLocalSegmentStore({ recordingsDir: dir });
  manifests = createManifests({
    recordingsDir: dir,
    recorderId: 'recorder',
    sealKey: createTestKey(),
    clock: createManualClock(START_MS),
    logger,
  });
});
afterEach(() => rm(dir, { recursive: true }));

describe('the inventory', () => {
  it('tells what is there, in order of time, with what a manifest needs to be entered anew', async () => {
    await put('second', START_MS + 5_000, 1);
    await put('first', START_MS, 2);
    const { sessions, strange } = await inventory();
    expect(strange).toEqual([]);
    expect(sessions.map(({ sessionId }) => sessionId)).toEqual(['first', 'second']);
    expect(sessions[0]).toMatchObject({
      ...placeOf('first', START_MS),
      userName: 'Zoë',
      hostName: 'ws-1',
      endedAtMs: START_MS + 20,
      runs: [
        {
          runId: 'run-first',
          label: 'Screen',
          source: 'live',
          startedAtMs: START_MS,
          endedAtMs: START_MS + 20,
          endReason: 'stopped',
          lost: 0,
          segments: [{ index: 0 }, { index: 1 }],
        },
      ],
    });
  });

  it('counts as lost what is gone, unless it was deleted lawfully', async () => {
    await put('lost', START_MS, 3, [1]);
    const place = await put('deleted', START_MS + 1, 2);
    const claim = { claimId: 'c', cause: 'retention-age' as const, ...place };
    await deleteSession(claim, { recordingsDir: dir, manifests, store });
    const { sessions } = await inventory();
    expect(sessions.map(({ runs }) => [runs[0]?.segments.length, runs[0]?.lost])).toEqual([
      [2, 1],
      [0, 0],
    ]);
  });

  it('finds manifests that are not where they belong, and folders of other kinds', async () => {
    const place = await put('moved', START_MS, 1);
    const folder = encodeSessionFolder(place);
    await rename(join(dir, folder), join(dir, `${folder}-elsewhere`));
    const broken = encodeSessionFolder(placeOf('broken', START_MS));
    await mkdir(join(dir, broken));
    await writeFile(join(dir, broken, MANIFEST_FILE), 'no manifest\n');
    await writeFile(join(dir, 'stray-file'), '');
    expect(await inventory()).toEqual({ sessions: [], strange: [broken, `${folder}-elsewhere`] });
  });

  it('is reported in stretches that are all of time, and keeps together what began at once', async () => {
    for (let at = 0; at < 25; at += 1) await put(`s${at}`, START_MS + (at < 19 ? at : 19), 1);
    const reports = diskReports((await inventory()).sessions, () => undefined);
    expect(reports.map(({ fromMs, toMs, sessions }) => [fromMs, toMs, sessions.length])).toEqual([
      [0, null, 25],
    ]);
    await put('later', START_MS + 100, 1);
    const later = diskReports((await inventory()).sessions, () => undefined);
    expect(later.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [0, START_MS + 100],
      [START_MS + 100, null],
    ]);
    expect(diskReports([], () => undefined)).toEqual([{ fromMs: 0, toMs: null, sessions: [] }]);
  });
});

describe('reconciliation', () => {
  let reported: unknown[];
  const nothing = { announceAgain: [], unknownSessions: [], missing: [] };
  const compare = async (answer: object, open: string[] = [], isHeld?: (sessionId: string) => boolean) => {
    const problems = createProblems({ clock: createManualClock(), logger });
    const announced: [string, number][] = [];
    reported = [];
    const request = createFakeSfu((_name, payload) => {
      reported.push(payload);
      if (answer instanceof ProtocolError) throw answer;
      return { ...nothing, ...answer };
    });
    await reconcile({
      takeInventory: inventory,
      request,
      isHeld: ({ sessionId }) => isHeld?.(sessionId),
      openRuns: () => Promise.resolve(new Set(open)),
      announce: (runId, segments) => announced.push([runId, segments.length]),
      problems,
      logger,
    });
    return { announced, problem: problems.list()[0]?.message };
  };

  it('announces again what the record lacks, but not of a run that is not over', async () => {
    await put('s1', START_MS, 2);
    const answer = { announceAgain: [{ sessionId: 's1', runId: 'run-s1' }] };
    expect(await compare(answer)).toEqual({ announced: [['run-s1', 2]], problem: undefined });
    expect(await compare(answer, ['run-s1'])).toEqual({ announced: [], problem: undefined });
  });

  it.each([
    [
      'what is on record only',
      { missing: [{ sessionId: 's1', runId: 'gone', segments: 4 }] },
      /4 segments are on record/,
    ],
    ['what is on disk only', { unknownSessions: ['s1'] }, /1 sessions are on disk .*reindex/],
    [
      'that it could not compare',
      new ProtocolError('not-connected', 'gone'),
      /could not be compared: not-connected/,
    ],
  ])('shows %s', async (_what, answer, message) => {
    await put('s1', START_MS, 1);
    expect((await compare(answer)).problem).toMatch(message);
  });

  it('says what it knows of holds, if it has a use for it', async () => {
    for (const sessionId of ['s1', 's2']) await put(sessionId, START_MS, 1);
    await compare({}, [], (sessionId) => sessionId === 's1');
    expect(reported).toMatchObject([{ sessions: [{ held: true }, { held: false }] }]);
    await compare({});
    expect(JSON.stringify(reported)).not.toContain('held');
  });

  it('shows strange folders without the names of companies and users', async () => {
    const broken = encodeSessionFolder(placeOf('broken', START_MS));
    await mkdir(join(dir, broken), { recursive: true });
    await writeFile(join(dir, broken, MANIFEST_FILE), 'no manifest\n');
    const { problem } = await compare({});
    expect(problem).toMatch(/^1 folders/);
    expect(problem).not.toMatch(/acme|zo/);
  });

  it('shows media that is gone without a tombstone', async () => {
    await put('s1', START_MS, 2, [0]);
    expect((await compare({})).problem).toMatch(/1 segments are in a manifest and not on disk/);
  });
});
