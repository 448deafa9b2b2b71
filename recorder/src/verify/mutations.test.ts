import { createPublicKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPackageWriter } from '../evidence/packageWriter.ts';
import { createTestKey } from '../evidence/testKey.ts';
import { openFolder, type EvidenceTree } from './evidenceTree.ts';
import { ELSEWHERE, exampleJob, examplePackaging } from './examples/package.ts';
import { asChunks, recordExample, sealLogText } from './examples/recordings.ts';
import { CHANGES } from './mutations/changes.ts';
import { FORGERIES } from './mutations/forgeries.ts';
import { BY_KEY_HOLDERS } from './mutations/keyHolders.ts';
import { SEAL_LOG, createDice, isNamed, type Files, type Means, type Mutation } from './mutations/kit.ts';
import { verifyEvidence, type Evidence, type Verdict } from './verifyEvidence.ts';
import { openZip } from './zipTree.ts';

const MUTATIONS = 10_000;
const TIMEOUT_MS = 240_000;
const SEED = 'sightline';

const MUTATE: readonly [string, Mutation][] = Object.entries({ ...CHANGES, ...FORGERIES, ...BY_KEY_HOLDERS });

const sealKey = createTestKey();
const otherKey = createTestKey();
let dir: string;
let keys: Evidence['keys'];
let sealLog: Buffer;
/** The recordings of a company, and a package of them. */
let originals: { folder: Files; packed: Files };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mutations-'));
  const recordingsDir = join(dir, 'recordings');
  const example = await recordExample(recordingsDir, sealKey);
  const path = join(dir, 'package.zip');
  const job = exampleJob(example, { elsewhere: [ELSEWHERE] });
  await createPackageWriter(examplePackaging(recordingsDir, sealKey, example))(job, path, {
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  const zip = await openZip(path);
  originals = { folder: await load(await openFolder(recordingsDir)), packed: await load(zip) };
  zip.close();
  sealLog = Buffer.from(sealLogText(example.sealLog));
  keys = [sealKey, otherKey].map(({ publicKey }) => createPublicKey(publicKey));
});
afterAll(() => rm(dir, { recursive: true }));

async function load(tree: EvidenceTree): Promise<Files> {
  const files: Files = new Map();
  for (const path of tree.files) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of tree.open(path)) chunks.push(chunk);
    files.set(path, Buffer.concat(chunks));
  }
  return files;
}

const verify = (files: Files, { sealLogs }: Pick<Means, 'sealLogs'>): Promise<Verdict> =>
  verifyEvidence({
    keys,
    sealLogs: [...sealLogs].map(([file, content]) => ({ file, open: () => asChunks(content) })),
    tree: { files: [...files.keys()].sort(), open: (path) => asChunks(files.get(path) ?? Buffer.alloc(0)) },
  });

const means = (): Means => ({ sealKey, otherKey, sealLogs: new Map([[SEAL_LOG, sealLog]]) });

describe('a company’s recordings and a package of them', () => {
  it('are whole as they were made', async () => {
    await expect(verify(originals.folder, means())).resolves.toMatchObject({ ok: true });
    await expect(verify(originals.packed, means())).resolves.toMatchObject({ ok: true });
  });

  it(
    `give away each of ${MUTATIONS} changes, and name what was changed`,
    async () => {
      const unnoticed: unknown[] = [];
      const done = new Map<string, number>();
      let made = 0;
      for (let attempt = 0; made < MUTATIONS; attempt += 1) {
        const dice = createDice(`${SEED} ${attempt}`);
        const [name, mutate] = dice.of(MUTATE);
        const packed = dice.roll(2) === 0;
        const files: Files = new Map(packed ? originals.packed : originals.folder);
        const held = means();
        const expected = await mutate(files, dice, held);
        if (expected === undefined) continue;
        made += 1;
        done.set(name, (done.get(name) ?? 0) + 1);
        const verdict = await verify(files, held);
        if (!isNamed(verdict, expected)) unnoticed.push({ attempt, name, packed, expected, verdict });
      }
      expect(unnoticed.slice(0, 5)).toEqual([]);
      expect(done.size).toBe(MUTATE.length);
    },
    TIMEOUT_MS,
  );
});
