import { createPublicKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalSegmentStore } from '../store/localSegmentStore.ts';
import { START_MS, recordExample, type ExampleRecordings } from '../verify/examples/recordings.ts';
import { ELSEWHERE, exampleJob, examplePackaging } from '../verify/examples/package.ts';
import { describeSummary, isComplete } from '../verify/report.ts';
import { together } from '../verify/together.ts';
import { verifyEvidence, type Verdict } from '../verify/verifyEvidence.ts';
import { openZip } from '../verify/zipTree.ts';
import { createPackageWriter } from './packageWriter.ts';
import { createTestKey } from './testKey.ts';

const sealKey = createTestKey();
let dir: string;
let example: ExampleRecordings;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'package-'));
  example = await recordExample(join(dir, 'recordings'), sealKey);
});
afterAll(() => rm(dir, { recursive: true }));

const always = new AbortController().signal;
const deps = () => examplePackaging(join(dir, 'recordings'), sealKey, example);

const verify = async (
  path: string,
): Promise<{ verdict: Verdict; files: readonly string[]; readme: string }> => {
  const tree = await openZip(path);
  const keys = [createPublicKey(sealKey.publicKey)];
  const verdict = await verifyEvidence({ tree, keys, sealLogs: [] });
  const chunks: Uint8Array[] = [];
  for await (const chunk of tree.open('README.txt')) chunks.push(chunk);
  tree.close();
  return { verdict, files: tree.files, readme: Buffer.concat(chunks).toString('utf8') };
};

describe('an evidence package', () => {
  it('is whole, holds what was asked for, and tells of its progress', async () => {
    const told: number[] = [];
    const path = join(dir, 'whole.zip');
    const options = { onProgress: (fraction: number) => void told.push(fraction), signal: always };
    const { bytes } = await createPackageWriter(deps())(exampleJob(example), path, options);
    expect(bytes).toBeGreaterThan(10_000);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
    const { verdict, files, readme } = await verify(path);
    expect(readme).not.toContain('THIS IS NOT ALL');
    expect(verdict).toMatchObject({
      ok: true,
      summary: { sessions: 3, segments: 12, deleted: 2, leftOut: 0 },
    });
    expect(files.filter((file) => !file.startsWith('recordings/'))).toEqual([
      'README.txt',
      'access-history.jsonl',
      'contents.json',
      'ledgers.json',
      'seals.jsonl',
      'sightline-verify.mjs',
    ]);
  });

  it('of a part lists the other segments as left out, and they are not missing', async () => {
    const path = join(dir, 'part.zip');
    const job = exampleJob(example, { fromMs: START_MS + 6_500, toMs: START_MS + 12_500 });
    await createPackageWriter(deps())(job, path, { onProgress: () => undefined, signal: always });
    const { verdict } = await verify(path);
    // Of the first session the second and third segment of one display, the second of the other.
    expect(verdict).toMatchObject({ ok: true, summary: { segments: 3, deleted: 2, leftOut: 9 } });
  });

  it('says what other recorders have, and is incomplete, not broken, until it is together with theirs', async () => {
    const path = join(dir, 'not-all.zip');
    const job = exampleJob(example, { elsewhere: [ELSEWHERE] });
    await createPackageWriter(deps())(job, path, { onProgress: () => undefined, signal: always });
    const { verdict, readme } = await verify(path);
    expect(readme).toContain(
      '2026-05-05T08:00:30.000Z  2026-05-05T08:01:00.000Z  display-1 of session healed, recorder recorder-2',
    );
    if (!verdict.ok) throw new Error(verdict.finding.message);
    const { summary } = verdict;
    expect(summary.atOthers).toEqual([ELSEWHERE]);
    expect(isComplete(summary)).toBe(false);
    expect(describeSummary(summary, false)).toMatch(
      /^\? It is incomplete[^]*2026-05-05T08:00:30.000Z to 2026-05-05T08:01:00.000Z[^]*Recorder recorder-2 has it/,
    );
    const { sessionId, recorderId, fromMs, toMs } = ELSEWHERE;
    const other = (change: object): typeof summary => ({
      ...summary,
      atOthers: [],
      parts: [{ sessionId, recorderId, fromMs, toMs, ...change }],
    });
    expect(together([summary, other({})]).every(isComplete)).toBe(true);
    for (const change of [{ recorderId: 'recorder-3' }, { sessionId: 'plain' }, { toMs: toMs - 1 }])
      expect(together([other(change), summary]).map(isComplete)).toEqual([true, false]);
  });

  it('hides no segment that is lost', async () => {
    const store = createLocalSegmentStore({ recordingsDir: join(dir, 'recordings') });
    let reads = 0;
    const segments: typeof store = {
      ...store,
      // The third one is asked for by a name that is not there.
      read: (ref) => store.read((reads += 1) === 3 ? { ...ref, runFolder: 'nowhere' } : ref),
    };
    const path = join(dir, 'lost.zip');
    await createPackageWriter({ ...deps(), segments })(exampleJob(example), path, {
      onProgress: () => undefined,
      signal: always,
    });
    expect((await verify(path)).verdict).toMatchObject({ ok: false, finding: { code: 'file-missing' } });
  });

  it('ends when it is cancelled', async () => {
    const cancelled = new AbortController();
    const writing = createPackageWriter(deps())(exampleJob(example), join(dir, 'cancelled.zip'), {
      onProgress: () => cancelled.abort(new Error('nobody wants it')),
      signal: cancelled.signal,
    });
    await expect(writing).rejects.toThrow(/nobody wants it|aborted/);
  });

  it('that cannot be written says why', async () => {
    const writing = createPackageWriter(deps())(exampleJob(example), join(dir, 'no', 'folder.zip'), {
      onProgress: () => undefined,
      signal: always,
    });
    await expect(writing).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
