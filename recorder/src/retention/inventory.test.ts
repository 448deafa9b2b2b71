import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MANIFEST_FILE, NO_HASH, encodeSessionFolder } from '@sightline/shared';
import { deleteSession } from './deleteSession.ts';
import { START_MS, createDiskBench, placeOf, type DiskBench } from './diskBench.ts';
import { diskReports } from './diskReports.ts';
import { readSegments, takeInventory } from './inventory.ts';

const inventory = () => takeInventory(bench.dir, bench.store);

let bench: DiskBench;
beforeEach(async () => {
  bench = await createDiskBench();
});
afterEach(() => bench.remove());

describe('the inventory', () => {
  it('tells what is there, in order of time, with what a manifest needs to be entered anew', async () => {
    await bench.put('second', START_MS + 5_000, 1);
    await bench.put('first', START_MS, 2);
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
          segments: 2,
          bytes: 10,
        },
      ],
    });
  });

  it('says which segments of a run there are, without those that are lost or deleted', async () => {
    const lost = await bench.put('lost', START_MS, 3, [1]);
    expect(await readSegments(bench.dir, bench.store, lost, 'run-lost')).toEqual(
      [0, 2].map((index) => ({
        index,
        startMs: START_MS + index * 10,
        durationMs: 10,
        bytes: 5,
        sha256: NO_HASH,
        holes: [],
      })),
    );
    const place = await bench.put('deleted', START_MS + 1, 2);
    await deleteSession(
      { claimId: 'c', cause: 'retention-age', ...place },
      { ...bench, recordingsDir: bench.dir },
    );
    expect(await readSegments(bench.dir, bench.store, place, 'run-deleted')).toEqual([]);
    expect(await readSegments(bench.dir, bench.store, lost, 'another run')).toEqual([]);
  });

  it('keeps of a run what fits into memory, and lets others work while it reads', async () => {
    await bench.putLong('long', 1_200);
    const before = JSON.stringify(await inventory()).length;
    await bench.putLong('longer', 12_000);
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    count();
    const after = await inventory();
    isOver = true;
    expect(after.sessions.map(({ runs }) => runs[0]?.lost)).toEqual([1_200, 12_000]);
    expect(JSON.stringify(after).length).toBeLessThan(3 * before);
    // A turn for each 64 kB of 3 MB, and not one for each manifest.
    expect(turns).toBeGreaterThan(30);
  });

  it('ends soon when nobody waits for it any more', async () => {
    await bench.put('s1', START_MS, 1);
    const signal = AbortSignal.abort(new Error('closing'));
    await expect(takeInventory(bench.dir, bench.store, signal)).rejects.toThrow('closing');
  });

  it('counts as lost what is gone, unless it was deleted lawfully', async () => {
    await bench.put('lost', START_MS, 3, [1]);
    const place = await bench.put('deleted', START_MS + 1, 2);
    const claim = { claimId: 'c', cause: 'retention-age' as const, ...place };
    await deleteSession(claim, { ...bench, recordingsDir: bench.dir });
    const { sessions } = await inventory();
    expect(sessions.map(({ runs }) => [runs[0]?.segments, runs[0]?.lost])).toEqual([
      [2, 1],
      [0, 0],
    ]);
  });

  it('finds manifests that are not where they belong, and folders of other kinds', async () => {
    const place = await bench.put('moved', START_MS, 1);
    const folder = encodeSessionFolder(place);
    await rename(join(bench.dir, folder), join(bench.dir, `${folder}-elsewhere`));
    const broken = encodeSessionFolder(placeOf('broken', START_MS));
    await mkdir(join(bench.dir, broken));
    await writeFile(join(bench.dir, broken, MANIFEST_FILE), 'no manifest\n');
    await writeFile(join(bench.dir, 'stray-file'), '');
    expect(await inventory()).toEqual({ sessions: [], strange: [broken, `${folder}-elsewhere`] });
  });

  it('is reported in stretches that are all of time, and keeps together what began at once', async () => {
    for (let at = 0; at < 25; at += 1) await bench.put(`s${at}`, START_MS + (at < 19 ? at : 19), 1);
    const reports = diskReports((await inventory()).sessions, () => undefined);
    expect(reports.map(({ fromMs, toMs, sessions }) => [fromMs, toMs, sessions.length])).toEqual([
      [0, null, 25],
    ]);
    await bench.put('later', START_MS + 100, 1);
    const later = diskReports((await inventory()).sessions, () => undefined);
    expect(later.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [0, START_MS + 100],
      [START_MS + 100, null],
    ]);
    expect(diskReports([], () => undefined)).toEqual([{ fromMs: 0, toMs: null, sessions: [] }]);
  });
});
