import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseEncryptionKeys } from '../store/encryption/encryptionKeys.ts';
import { createSegmentCipher } from '../store/encryption/segmentCipher.ts';
import { openFolder } from './evidenceTree.ts';
import { recordVerifiedExample, type VerifiedExample } from './examples/verifiedExample.ts';
import { describeSummary } from './report.ts';
import { verifyEvidence, type Verdict } from './verifyEvidence.ts';

let example: VerifiedExample;

beforeAll(async () => {
  example = await recordVerifiedExample();
});
afterAll(() => example.remove());

describe('recordings', () => {
  it('that were healed and lawfully pruned are whole, from whatever folder one looks', async () => {
    const root = example.root;
    await expect(example.verify(root)).resolves.toMatchObject({
      ok: true,
      summary: { sessions: 3, segments: 12, deleted: 2, foreignSeals: 0 },
    });
    await expect(example.verify(join(root, 'acme'))).resolves.toMatchObject({ ok: true });
    for (const folder of example.folders)
      await expect(example.verify(join(root, folder))).resolves.toMatchObject({
        ok: true,
        summary: { sessions: 1 },
      });
  });

  it('of another key are not', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    await expect(example.verify(example.root, { keys: [publicKey], log: [] })).resolves.toMatchObject({
      ok: false,
      finding: { code: 'unknown-key', entry: 2 },
    });
  });

  it('that hold what no manifest lists are not', async () => {
    const root = await example.copy();
    const run = join(example.folders[0], 'display-1', 'run-a');
    const [name = ''] = await readdir(join(root, run));
    await writeFile(join(root, run, name.replace('000000', '000009')), 'x');
    await expect(example.verify(root)).resolves.toMatchObject({
      ok: false,
      finding: { code: 'file-unlisted' },
    });
  });

  it('that are none are not', async () => {
    await expect(
      example.verify(await mkdtemp(join(example.dir, 'empty-')), { log: [] }),
    ).resolves.toMatchObject({
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
    verifyEvidence({ tree: await openFolder(root), keys: [example.key], sealLogs: [], encryptionKeys: keys });
  const segmentsIn = async (root: string): Promise<string[]> =>
    (await readdir(root, { recursive: true })).filter((name) => /\.tse?$/.test(name));
  const encrypted = async (): Promise<string> => {
    const root = await example.copy();
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
    const root = await example.copy();
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
