import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProtocolError, type ExportProgress } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { anExportJob } from './anExportJob.ts';
import { openExportQueue, type ExportQueue, type MakeExport } from './exportQueue.ts';
import { ExportError } from './exportResult.ts';
import { openJobFolders } from './jobFolders.ts';

/** What is being made, to be ended by the test. */
interface Making {
  exportId: string;
  signal: AbortSignal;
  progress: (fraction: number) => void;
  finish: (message?: string) => Promise<void>;
  fail: (error: Error) => void;
}

describe('the queue of exports', () => {
  let dir: string;
  let queue: ExportQueue;
  let told: ExportProgress[];
  let unwanted: Set<string>;
  let makings: Making[];
  let hear: (() => void)[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-exports-'));
    told = [];
    unwanted = new Set();
    makings = [];
    hear = [];
    queue = await open();
    queue.resume();
  });
  afterEach(async () => {
    await queue.close();
    await rm(dir, { recursive: true });
  });

  const make: MakeExport = ({ exportId }, { folder, file }, { signal, onProgress }) =>
    new Promise((resolve, reject) => {
      makings.push({
        exportId,
        signal,
        progress: onProgress,
        fail: reject,
        async finish(message) {
          await writeFile(join(folder, file), exportId);
          await writeFile(join(folder, 'aside'), '');
          resolve({ message: message ?? null });
        },
      });
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      changed();
    });
  const open = async (): Promise<ExportQueue> =>
    openExportQueue({
      folders: await openJobFolders(dir, createLogger('test', 'silent')),
      make,
      report: (progress) => {
        if (unwanted.has(progress.exportId))
          return Promise.reject(new ProtocolError('unknown-export', 'Drop it.'));
        told.push(progress);
        changed();
        return Promise.resolve();
      },
      clock: createManualClock(1_000),
      logger: createLogger('test', 'silent'),
    });
  const changed = (): void => {
    for (const listener of hear.splice(0)) listener();
  };
  const until = async <T>(find: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => hear.push(resolve));
    }
  };
  const making = (exportId: string): Promise<Making> =>
    until(() => makings.findLast((one) => one.exportId === exportId));
  const heard = (exportId: string, state: ExportProgress['state']): Promise<ExportProgress> =>
    until(() => told.find((one) => one.exportId === exportId && one.state === state));

  it('makes one after the other, and keeps nothing but the result', async () => {
    await queue.start(anExportJob('a'));
    await queue.start(anExportJob('b'));
    await queue.start(anExportJob('a'));
    const first = await making('a');
    expect(makings).toHaveLength(1);
    expect(queue.result('a')).toBeUndefined();
    await first.finish('cut');
    expect(await heard('a', 'done')).toEqual({
      exportId: 'a',
      state: 'done',
      progress: 1,
      message: 'cut',
      bytes: 1,
    });
    const result = queue.result('a');
    expect(await readFile(join(dir, result?.path ?? ''), 'utf8')).toBe('a');
    expect((await readdir(join(dir, 'a'))).toSorted()).toEqual(['job.json', 'result', 'status.json']);
    await (await making('b')).finish();
    await heard('b', 'done');
  });

  it('tells how far it is, but not of every step', async () => {
    await queue.start(anExportJob('a'));
    const one = await making('a');
    await heard('a', 'running');
    for (const fraction of [0.001, 0.5, 0.505, 0.6]) {
      one.progress(fraction);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(told.map(({ progress }) => progress)).toEqual(expect.arrayContaining([0.5, 0.6]));
    expect(told.map(({ progress }) => progress)).not.toContain(0.001);
  });

  it('says why one failed, leaves nothing of it, and goes on', async () => {
    await queue.start(anExportJob('a'));
    await queue.start(anExportJob('b'));
    (await making('a')).fail(new ExportError('nothing-recorded', 'There is nothing.'));
    expect(await heard('a', 'failed')).toMatchObject({ message: 'There is nothing.', bytes: null });
    expect(await readdir(join(dir, 'a', 'work'))).toEqual([]);
    (await making('b')).fail(Object.assign(new Error('write'), { code: 'ENOSPC' }));
    expect(await heard('b', 'failed')).toMatchObject({ message: expect.stringContaining('disk is full') });
  });

  it('leaves nothing of what is cancelled: while it is made, while it waits, when it is done', async () => {
    for (const exportId of ['a', 'b', 'c']) await queue.start(anExportJob(exportId));
    await (await making('a')).finish();
    await heard('a', 'done');
    const second = await making('b');
    await queue.cancel('c');
    await queue.cancel('b');
    expect(second.signal.aborted).toBe(true);
    await queue.cancel('a');
    await queue.cancel('never there');
    expect(await readdir(dir)).toEqual([]);
    expect(makings.map(({ exportId }) => exportId)).toEqual(['a', 'b']);
    expect(queue.result('a')).toBeUndefined();
  });

  it('drops what the sfu does not know any more', async () => {
    await queue.start(anExportJob('a'));
    const one = await making('a');
    await heard('a', 'running');
    unwanted.add('a');
    const gone = new Promise((resolve) => one.signal.addEventListener('abort', resolve));
    one.progress(0.5);
    await gone;
    await queue.close();
    expect(queue.result('a')).toBeUndefined();
  });

  it('opens although a file cannot be read: its export is to be ordered again, or is made anew', async () => {
    for (const exportId of ['a', 'b', 'c']) await queue.start(anExportJob(exportId));
    await (await making('a')).finish();
    await heard('a', 'done');
    await queue.close();
    await writeFile(join(dir, 'a', 'status.json'), '');
    await writeFile(join(dir, 'b', 'job.json'), '');

    makings = [];
    queue = await open();
    await (await making('a')).finish();
    await (await making('c')).finish();
    expect(makings.map(({ exportId }) => exportId)).toEqual(['a', 'c']);
    expect((await readdir(dir)).sort()).toEqual(['a', 'c']);
  });

  it('makes anew what a killed recorder was at, and keeps what was done', async () => {
    await queue.start(anExportJob('done'));
    await (await making('done')).finish();
    await heard('done', 'done');
    await queue.start(anExportJob('half'));
    await queue.start(anExportJob('waiting'));
    await making('half');
    await heard('half', 'running');
    await queue.close();
    await rm(join(dir, 'waiting', 'status.json'), { force: true });
    await writeFile(join(dir, 'half', 'result'), 'of a killed one');

    makings = [];
    told = [];
    queue = await open();
    queue.resume();
    expect(await heard('done', 'done')).toMatchObject({ bytes: 4 });
    await (await making('half')).finish();
    await heard('half', 'done');
    expect(await readFile(join(dir, queue.result('half')?.path ?? ''), 'utf8')).toBe('half');
    await (await making('waiting')).finish();
    await heard('waiting', 'done');
    expect(makings.map(({ exportId }) => exportId)).toEqual(['half', 'waiting']);
  });
});
