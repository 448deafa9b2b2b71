import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  downloadGrant,
  exportList,
  exportView,
  type ExportJob,
  type ExportOrder,
  type ExportProgress,
} from '@sightline/shared';
import { verifyMediaToken } from '@sightline/shared/node';
import {
  NOW_MS,
  RECORDER_SECRET,
  createAdministrationHarness,
  idleRecorder,
  type AdministrationHarness,
} from './administrationHarness.ts';
import { addRecordedSessions, order, splitBetweenRecorders } from './exportsHarness.ts';

const DAY_MS = 86_400_000;

let harness: AdministrationHarness;
let started: ExportJob[];
let cancelled: string[];
let takes: boolean;

beforeEach(async () => {
  harness = await createAdministrationHarness();
  started = [];
  cancelled = [];
  takes = true;
  await addRecordedSessions(harness);
});
afterEach(() => harness.close());

const recorder = idleRecorder({
  startExport: (job) => {
    started.push(job);
    return takes ? Promise.resolve() : Promise.reject(new Error('busy'));
  },
  cancelExport: (exportId) => {
    cancelled.push(exportId);
    return Promise.resolve();
  },
});

const ordered = async (change: Partial<ExportOrder> = {}): Promise<string> => {
  const { body } = await harness.send('cora', 'POST', '/exports', order(change));
  const [first] = exportList.parse(body).exports;
  if (first === undefined) throw new Error('Nothing was ordered.');
  return first.exportId;
};
const done: Omit<ExportProgress, 'exportId'> = { state: 'done', progress: 1, message: null, bytes: 5 };
const state = async (exportId: string): Promise<unknown> =>
  exportView.parse((await harness.send('cora', 'GET', `/exports/${exportId}`)).body).state;
const actions = async (): Promise<string[]> => (await harness.audited('acme')).map(({ action }) => action);

describe('an export', () => {
  it('is given to the recorder that has the media, with what it is made of', async () => {
    harness.recorders.add(recorder);
    const exportId = await ordered();
    expect(started).toEqual([
      {
        exportId,
        order: order(),
        userName: 'ann',
        sources: [
          {
            companyId: 'acme',
            userId: 'ann@desk',
            sessionId: 'of-desk',
            sessionStartedAtMs: NOW_MS,
            trackId: 'display-1',
          },
        ],
        elsewhere: [],
      },
    ]);
    expect(await state(exportId)).toBe('queued');
    expect(await harness.audited('acme')).toMatchObject([
      {
        action: 'export-ordered',
        actor: { id: 'cora' },
        details: { exportId, recorderId: 'r1', userId: 'ann@desk', caseNumber: 'A-17', output: 'video' },
      },
    ]);
  });

  it('of what two recorders have is made by each, which say what the other has; one that is away makes its own later', async () => {
    harness.recorders.add(recorder);
    splitBetweenRecorders(harness);
    const { body } = await harness.send('cora', 'POST', '/exports', order());
    const { exports } = exportList.parse(body);
    const own = { sessionId: 'of-desk', trackId: 'display-1' };
    const atR1 = { recorderId: 'r1', ...own, fromMs: NOW_MS + 1_000, toMs: NOW_MS + 41_000 };
    const atR2 = { recorderId: 'r2', ...own, fromMs: NOW_MS + 41_500, toMs: NOW_MS + 61_000 };
    expect(exports).toMatchObject([
      { recorderId: 'r1', elsewhere: [atR2], state: 'queued', message: null },
      { recorderId: 'r2', elsewhere: [atR1], state: 'queued', message: expect.stringContaining('r2') },
    ]);
    expect(started).toMatchObject([{ exportId: exports[0]?.exportId, elsewhere: [atR2] }]);
    expect((await harness.audited('acme')).map(({ details }) => details['recorderId'])).toEqual(['r1', 'r2']);
    const came = new Promise<ExportJob>((resolve) => {
      harness.recorders.add({
        ...recorder,
        recorderId: 'r2',
        startExport: (job) => {
          resolve(job);
          return Promise.resolve();
        },
      });
    });
    await expect(came).resolves.toMatchObject({
      exportId: exports[1]?.exportId,
      sources: [own],
      elsewhere: [atR1],
    });
  });

  it('is made of what its recorder has alone', async () => {
    harness.recorders.add(recorder);
    splitBetweenRecorders(harness);
    const evidence = { kind: 'evidence' } as const;
    const exportId = await ordered({ from: { kind: 'session', sessionId: 'of-desk' }, output: evidence });
    expect(started).toMatchObject([
      {
        exportId,
        sources: [{ trackId: 'display-1' }],
        elsewhere: [{ trackId: 'display-1' }, { trackId: 'display-2' }],
      },
    ]);
  });

  it('is not of more than a recorder takes', async () => {
    harness.recorders.add(recorder);
    const { find } = harness.repositories.recordedMedia;
    harness.repositories.recordedMedia.find = async (filter) => {
      const [media] = await find(filter);
      return media === undefined ? [] : Array.from({ length: 10_001 }, () => media);
    };
    const refused = await harness.send('cora', 'POST', '/exports', order());
    expect(refused).toMatchObject({ status: 400, body: { code: 'too-many-sessions' } });
    expect(started).toEqual([]);
  });

  it('of evidence holds all tracks, and what the server knows of them', async () => {
    harness.recorders.add(recorder);
    await ordered({ from: { kind: 'session', sessionId: 'of-desk' }, output: { kind: 'evidence' } });
    expect(started[0]?.sources.map(({ trackId }) => trackId)).toEqual(['display-1', 'display-2']);
    expect(started[0]?.evidence).toEqual({ ledgers: '[]', accessHistory: '', companyLog: '' });
  });

  it('shows how far it is, and can be fetched when it is done', async () => {
    harness.recorders.add(recorder);
    const exportId = await ordered();
    const path = `/exports/${exportId}/download`;
    await harness.exports.told('r1', { ...done, exportId, state: 'running', progress: 0.5, bytes: null });
    expect(await state(exportId)).toBe('running');
    await expect(harness.send('cora', 'POST', path)).resolves.toMatchObject({
      status: 409,
      body: { code: 'export-not-done' },
    });
    await harness.exports.told('r1', { ...done, exportId });
    await harness.exports.told('r1', { ...done, exportId });
    const { url, fileName } = downloadGrant.parse((await harness.send('cora', 'POST', path)).body);
    expect(fileName).toMatch(/^sightline-\d{8}T\d{6}Z-export-1\.mp4$/);
    expect(url).toContain(`http://127.0.0.1:4000/exports/${exportId}?token=`);
    const token = new URL(url).searchParams.get('token') ?? '';
    await expect(verifyMediaToken(RECORDER_SECRET, token, NOW_MS)).resolves.toMatchObject({
      value: { grant: { kind: 'export', exportId } },
    });
    expect(await actions()).toEqual(['export-ordered', 'export-downloaded']);
    harness.recorders.remove(recorder);
    await expect(harness.send('cora', 'POST', path)).resolves.toMatchObject({ status: 503 });
  });

  it('that was cancelled is dropped, whatever the recorder says later', async () => {
    harness.recorders.add(recorder);
    const exportId = await ordered();
    await expect(harness.send('cora', 'DELETE', `/exports/${exportId}`)).resolves.toMatchObject({
      status: 204,
    });
    await expect(harness.send('cora', 'DELETE', `/exports/${exportId}`)).resolves.toMatchObject({
      status: 204,
    });
    expect(cancelled).toEqual([exportId]);
    expect(await state(exportId)).toBe('cancelled');
    await expect(harness.exports.told('r1', { ...done, exportId })).rejects.toMatchObject({
      code: 'unknown-export',
    });
    expect(await actions()).toEqual(['export-ordered', 'export-cancelled']);
  });

  it('is no other recorder’s to tell of', async () => {
    harness.recorders.add(recorder);
    const exportId = await ordered();
    await expect(harness.exports.told('r2', { ...done, exportId })).rejects.toMatchObject({
      code: 'unknown-export',
    });
    await expect(harness.exports.told('r1', { ...done, exportId: 'none' })).rejects.toMatchObject({
      code: 'unknown-export',
    });
  });

  it('is asked for again when the recorder comes back', async () => {
    takes = false;
    harness.recorders.add(recorder);
    const exportId = await ordered();
    const finished = await ordered();
    await harness.exports.told('r1', { ...done, exportId: finished });
    started = [];
    takes = true;
    harness.recorders.remove(recorder);
    const again = new Promise<ExportJob>((resolve) => {
      harness.recorders.add({
        ...recorder,
        startExport: (job) => {
          resolve(job);
          return Promise.resolve();
        },
      });
    });
    await expect(again).resolves.toMatchObject({ exportId, order: order() });
  });

  it('that failed says why', async () => {
    harness.recorders.add(recorder);
    const exportId = await ordered();
    await harness.exports.told('r1', { ...done, exportId, state: 'failed', message: 'The disk is full.' });
    expect((await harness.send('cora', 'GET', `/exports/${exportId}`)).body).toMatchObject({
      state: 'failed',
      message: 'The disk is full.',
      finishedAtMs: NOW_MS,
    });
  });

  it.each([
    ['sam', order(), 403, 'forbidden'],
    ['carl', order(), 403, 'forbidden'],
    ['eve', order(), 404, 'nothing-recorded'],
    [
      'cora',
      order({ companyId: 'globex', from: { kind: 'user', userId: 'ann@rival' } }),
      404,
      'nothing-recorded',
    ],
    ['cora', order({ from: { kind: 'session', sessionId: 'of-rival' } }), 404, 'nothing-recorded'],
    ['cora', order({ output: { kind: 'video', trackId: 'display-3' } }), 404, 'nothing-recorded'],
    ['cora', order({ fromMs: NOW_MS, toMs: NOW_MS }), 400, 'bad-range'],
    ['cora', order({ toMs: NOW_MS + 32 * DAY_MS }), 400, 'bad-range'],
    ['cora', order({ caseNumber: 'a\nb' }), 400, 'bad-request'],
  ] as const)('is refused to %s (%j)', async (person, body, status, code) => {
    harness.recorders.add(recorder);
    await expect(harness.send(person, 'POST', '/exports', body)).resolves.toMatchObject({
      status,
      body: { code },
    });
    expect(started).toEqual([]);
    expect(await actions()).toEqual([]);
  });

  it('is shown to those of its company only', async () => {
    harness.recorders.add(recorder);
    const exportId = await ordered();
    const listed = async (person: 'owen' | 'ada' | 'eve'): Promise<string[]> =>
      exportList
        .parse((await harness.send(person, 'GET', '/exports')).body)
        .exports.map((one) => one.exportId);
    expect(await listed('owen')).toEqual([exportId]);
    expect(await listed('ada')).toEqual([exportId]);
    expect(await listed('eve')).toEqual([]);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/download'],
    ] as const) {
      await expect(harness.send('eve', method, `/exports/${exportId}${path}`)).resolves.toMatchObject({
        status: 404,
        body: { code: 'unknown-export' },
      });
    }
  });

  it('needs the recorder when it is ordered', async () => {
    await expect(harness.send('cora', 'POST', '/exports', order())).resolves.toMatchObject({
      status: 503,
      body: { code: 'recorder-missing' },
    });
  });
});
