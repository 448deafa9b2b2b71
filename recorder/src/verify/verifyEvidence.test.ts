import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { cp, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chainEntry, keyIdOf } from '@sightline/shared/node';
import { createTestKey } from '../evidence/testKey.ts';
import { parseEncryptionKeys } from '../store/encryption/encryptionKeys.ts';
import { createSegmentCipher } from '../store/encryption/segmentCipher.ts';
import { openFolder } from './evidenceTree.ts';
import {
  asChunks,
  folderOfSession,
  recordExample,
  sealLogText,
  type ExampleRecordings,
} from './examples/recordings.ts';
import { describeSummary, isComplete } from './report.ts';
import { verifyEvidence, type Evidence, type Verdict } from './verifyEvidence.ts';

const sealKey = createTestKey();
const key = createPublicKey(sealKey.publicKey);
let dir: string;
let example: ExampleRecordings;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'evidence-'));
  example = await recordExample(join(dir, 'recordings'), sealKey);
});
afterAll(() => rm(dir, { recursive: true }));

type Log = ExampleRecordings['sealLog'];

const verify = async (
  path: string,
  {
    keys = [key],
    owners = [],
    log = example.sealLog,
    older = [],
  }: Partial<Pick<Evidence, 'keys' | 'owners'>> & { log?: Log; older?: Log } = {},
): Promise<Verdict> =>
  verifyEvidence({
    tree: await openFolder(path),
    keys,
    owners,
    sealLogs: Object.entries({ 'seals.ndjson': log, 'older.ndjson': older })
      .filter(([, entries]) => entries.length > 0)
      .map(([file, entries]) => ({ file, open: () => asChunks(Buffer.from(sealLogText(entries))) })),
  });
const copy = async (): Promise<string> => {
  const to = await mkdtemp(join(dir, 'copy-'));
  await cp(join(dir, 'recordings'), to, { recursive: true });
  return to;
};
/** Somebody with the sfu's database has made these into a whole log. */
const rechain = (seals: Log): Log => {
  const log: Log = [];
  for (const { number: _number, hash: _hash, previousHash: _previous, ...seal } of seals)
    log.push(chainEntry(log.at(-1), seal));
  return log;
};
const folders = (): string[] => example.sessions.map(folderOfSession);

describe('recordings', () => {
  it('that were healed and lawfully pruned are whole, from whatever folder one looks', async () => {
    const root = join(dir, 'recordings');
    await expect(verify(root)).resolves.toMatchObject({
      ok: true,
      summary: { sessions: 3, segments: 12, deleted: 2, foreignSeals: 0 },
    });
    await expect(verify(join(root, 'acme'))).resolves.toMatchObject({ ok: true });
    for (const folder of folders())
      await expect(verify(join(root, folder))).resolves.toMatchObject({ ok: true, summary: { sessions: 1 } });
  });

  it('of another key are not', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    await expect(verify(join(dir, 'recordings'), { keys: [publicKey], log: [] })).resolves.toMatchObject({
      ok: false,
      finding: { code: 'unknown-key', entry: 2 },
    });
  });

  it('that were sealed for one recorder with the key of another are not, if it is on record whose key that is', async () => {
    const root = join(dir, 'recordings');
    const other = createPublicKey(createTestKey().publicKey);
    const keys = [key, other];
    const keyId = keyIdOf(key);
    const refused = { ok: false, finding: { code: 'other-key', entry: 2 } };
    await expect(verify(root, { keys })).resolves.toMatchObject({ ok: true });
    // The log knows this recorder by another key, or this key as that of another recorder.
    const byOtherKey = rechain(example.sealLog.map((seal) => ({ ...seal, keyId: keyIdOf(other) })));
    await expect(verify(root, { log: byOtherKey, keys: [key] })).resolves.toMatchObject(refused);
    for (const [recorderId, expected] of [
      ['recorder-1', { ok: true }],
      ['recorder-2', refused],
    ] as const)
      await expect(verify(root, { keys, owners: [{ recorderId, keyId }] })).resolves.toMatchObject(expected);
    const owners = [{ recorderId: 'recorder-1', keyId: keyIdOf(other) }];
    await expect(verify(root, { keys, owners, log: [] })).resolves.toMatchObject(refused);
  });

  it('of which a session is missing as a whole are not, and it is named', async () => {
    const root = await copy();
    await rm(join(root, folders()[1] ?? ''), { recursive: true });
    await expect(verify(root)).resolves.toMatchObject({
      ok: false,
      finding: {
        code: 'session-missing',
        file: 'seals.ndjson',
        message: expect.stringContaining('Session healed'),
      },
    });
    await expect(verify(root, { log: [] })).resolves.toMatchObject({ ok: true });
  });

  it('whose end was cut off behind a seal show it by the company’s log', async () => {
    const root = await copy();
    const manifest = join(folders()[0] ?? '', 'manifest.jsonl');
    const text = (await readFile(join(root, manifest), 'utf8')).split('\n');
    const firstSeal = text.findIndex((line) => line.includes('"type":"seal"')) + 1;
    await truncate(join(root, manifest), Buffer.byteLength(text.slice(0, firstSeal).join('\n')) + 1);
    await expect(verify(root)).resolves.toMatchObject({
      ok: false,
      finding: { code: 'truncated', file: manifest, entry: firstSeal + 1 },
    });
  });

  it('of which one was removed, from the log too, show it by an older copy of the log only', async () => {
    const root = await copy();
    await rm(join(root, folders()[0] ?? ''), { recursive: true });
    const log = rechain(example.sealLog.filter(({ sessionId }) => sessionId !== 'plain'));
    await expect(verify(root, { log })).resolves.toMatchObject({ ok: true });
    await expect(verify(root, { log, older: example.sealLog.slice(0, 2) })).resolves.toMatchObject({
      ok: false,
      finding: { code: 'log-rewritten', file: 'older.ndjson', entry: 1 },
    });
  });

  it('of which the log has never heard are not proven, and named, with why that may be', async () => {
    const root = join(dir, 'recordings');
    const without = (sessionId: string): Promise<Verdict> =>
      verify(root, { log: rechain(example.sealLog.filter((seal) => seal.sessionId !== sessionId)) });
    const verdict = await without('healed');
    if (!verdict.ok) throw new Error(verdict.finding.message);
    expect(verdict.summary.unlogged).toMatchObject([
      { sessionId: 'healed', companyId: 'acme', whole: true, because: 'not-reported' },
    ]);
    expect(isComplete(verdict.summary)).toBe(false);
    expect(describeSummary(verdict.summary, true)).toMatch(
      /^\? It is incomplete[^]*Not in the log: session healed of company acme, by recorder recorder-1; the log goes on after it/,
    );
    // The youngest one has begun after the log was exported.
    const young = await without('pruned');
    expect(young.ok && young.summary.unlogged).toMatchObject([{ sessionId: 'pruned', because: 'log-older' }]);
    expect(young.ok && isComplete(young.summary)).toBe(false);
  });

  it('that go on after the log was exported are as proven as can be, and said so; long before its end they are not', async () => {
    const root = join(dir, 'recordings');
    const { sealLog } = example;
    const last = sealLog.findLastIndex(({ sessionId }) => sessionId === 'pruned');
    const older = await verify(root, { log: sealLog.slice(0, last) });
    expect(older.ok && older.summary.unlogged).toMatchObject([
      { sessionId: 'pruned', whole: false, because: 'log-older' },
    ]);
    expect(older.ok && isComplete(older.summary)).toBe(true);
    expect(older.ok && describeSummary(older.summary, true)).toMatch(
      /1 session went on after the log was exported/,
    );
    const lastOfFirst = sealLog.findLastIndex(({ sessionId }) => sessionId === 'plain');
    const withheld = await verify(root, { log: rechain(sealLog.toSpliced(lastOfFirst, 1)) });
    expect(withheld.ok && withheld.summary.unlogged).toMatchObject([
      { sessionId: 'plain', whole: false, because: 'not-reported' },
    ]);
    expect(withheld.ok && isComplete(withheld.summary)).toBe(false);
  });

  it('that hold what no manifest lists are not', async () => {
    const root = await copy();
    const run = join(folders()[0] ?? '', 'display-1', 'run-a');
    const [name = ''] = await readdir(join(root, run));
    await writeFile(join(root, run, name.replace('000000', '000009')), 'x');
    await expect(verify(root)).resolves.toMatchObject({ ok: false, finding: { code: 'file-unlisted' } });
  });

  it('that are none are not', async () => {
    await expect(verify(await mkdtemp(join(dir, 'empty-')), { log: [] })).resolves.toMatchObject({
      ok: false,
      finding: { code: 'unreadable' },
    });
  });
});

describe('recordings that are stored in other forms', () => {
  const encryptionKeys = parseEncryptionKeys(Buffer.alloc(32, 3).toString('base64'), 'keys');
  const otherKeys = parseEncryptionKeys(Buffer.alloc(32, 4).toString('base64'), 'keys');
  const cipher = createSegmentCipher(encryptionKeys);
  const verifyWith = async (root: string, keys?: typeof encryptionKeys): Promise<Verdict> =>
    verifyEvidence({ tree: await openFolder(root), keys: [key], sealLogs: [], encryptionKeys: keys });
  const segmentsIn = async (root: string): Promise<string[]> =>
    (await readdir(root, { recursive: true })).filter((name) => /\.tse?$/.test(name));
  const encrypted = async (): Promise<string> => {
    const root = await copy();
    for (const path of await segmentsIn(root)) {
      await writeFile(join(root, `${path}e`), cipher.encode(`${path}e`, await readFile(join(root, path))));
      await rm(join(root, path));
    }
    return root;
  };

  it('are whole if they decrypt, from whatever folder one looks, and otherwise are not called so', async () => {
    const root = await encrypted();
    const whole = { ok: true, summary: { segments: 12, encrypted: 0, elsewhere: 0 } };
    await expect(verifyWith(root, encryptionKeys)).resolves.toMatchObject(whole);
    await expect(verifyWith(join(root, 'acme'), encryptionKeys)).resolves.toMatchObject(whole);
    for (const keys of [undefined, otherKeys]) {
      const verdict = await verifyWith(root, keys);
      expect(verdict).toMatchObject({ ok: true, summary: { segments: 0, encrypted: 12 } });
      expect(verdict.ok && describeSummary(verdict.summary, false)).toMatch(
        /12 segments could not be checked/,
      );
    }
  });

  it('are not whole if what is encrypted was changed, or put elsewhere', async () => {
    const root = await encrypted();
    const [first = '', second = ''] = await segmentsIn(root);
    const content = await readFile(join(root, first));
    await cp(join(root, second), join(root, first));
    await expect(verifyWith(root, encryptionKeys)).resolves.toMatchObject({
      ok: false,
      finding: { code: 'file-hash', file: first },
    });
    await writeFile(join(root, first), cipher.encode(first, Buffer.from('something else')));
    await expect(verifyWith(root, encryptionKeys)).resolves.toMatchObject({
      ok: false,
      finding: { code: 'file-size', file: first },
    });
    await writeFile(join(root, first), content);
    await expect(verifyWith(root, encryptionKeys)).resolves.toMatchObject({ ok: true });
  });

  it('say what is in an object store, and do not call it whole', async () => {
    const root = await copy();
    const [first = '', second = '', third = ''] = await segmentsIn(root);
    for (const path of [first, second]) await writeFile(join(root, `${path}.s3`), '{}');
    await rm(join(root, first));
    const verdict = await verifyWith(root);
    expect(verdict).toMatchObject({ ok: true, summary: { segments: 11, elsewhere: 1 } });
    await rm(join(root, third));
    await expect(verifyWith(root)).resolves.toMatchObject({
      ok: false,
      finding: { code: 'file-missing', file: third },
    });
  });
});
