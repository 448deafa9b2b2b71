import { createPublicKey } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_HASH, canonicalJson, type ManifestEntry, type ManifestEvent } from '@sightline/shared';
import { chainEntry, createLogger, findLinkFault, isHeadSigned } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import fc from 'fast-check';
import { createManifestReader, readManifest } from './manifestReader.ts';
import { createManifests, manifestPathOf, type Manifests, type Sealed } from './manifests.ts';
import { createTestKey } from './testKey.ts';

const session = {
  companyId: 'acme',
  userId: 'zoë',
  userName: 'Zoë',
  hostName: 'ws-1',
  sessionId: 's1',
  sessionStartedAtMs: 1_700_000_000_000,
};
const segment = (index: number): ManifestEvent => ({
  type: 'segment',
  runId: 'run',
  trackId: 'display-1',
  index,
  startMs: index,
  durationMs: 1,
  bytes: 1,
  sha256: NO_HASH,
  holes: [],
});
const runEnd: ManifestEvent = { type: 'run-end', runId: 'run', reason: 'stopped', message: '' };

describe('the manifest of a session', () => {
  const sealKey = createTestKey();
  let dir: string;
  let path: string;
  let clock: ManualClock;
  let seals: Sealed[];
  let manifests: Manifests;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-manifest-'));
    path = manifestPathOf(dir, session);
    clock = createManualClock(1_700_000_000_000);
    seals = [];
    manifests = createNew();
  });
  afterEach(() => rm(dir, { recursive: true }));

  const createNew = (): Manifests =>
    createManifests({
      recordingsDir: dir,
      recorderId: 'recorder',
      sealKey,
      clock,
      logger: createLogger('test', 'silent'),
      onSeal: (sealed) => seals.push(sealed),
    });
  const entries = async (): Promise<ManifestEntry[]> => (await readManifest(path))?.entries ?? [];
  const types = async (): Promise<string[]> => (await entries()).map(({ type }) => type);
  const expectWhole = async (): Promise<void> => {
    const found = await entries();
    for (const [at, entry] of found.entries()) {
      expect(findLinkFault(found[at - 1], entry)).toBeUndefined();
      if (entry.type !== 'seal') continue;
      const head = { ...entry, recorderId: 'recorder', sessionId: 's1' };
      expect(isHeadSigned(createPublicKey(sealKey.publicKey), head, entry.signature)).toBe(true);
    }
  };

  it('begins with who was recorded, and is sealed at once, after a run, and when it is let go', async () => {
    const manifest = await manifests.open(session);
    expect(await entries()).toMatchObject([
      { type: 'begin', number: 1, userName: 'Zoë', recorderId: 'recorder' },
      { type: 'seal', number: 2, keyId: sealKey.keyId },
    ]);
    await manifest.append(segment(0));
    await manifest.append(runEnd);
    await manifest.append(segment(1));
    await manifest.close();
    expect(await types()).toEqual(['begin', 'seal', 'segment', 'run-end', 'seal', 'segment', 'seal']);
    expect(seals.map(({ seal }) => seal.number)).toEqual([2, 5, 7]);
    await expectWhole();
  });

  it('is one for all who have it open, also at the same time, and then in the order of their calls', async () => {
    const [one, other] = await Promise.all([manifests.open(session), manifests.open(session)]);
    await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 ? one : other).append(segment(at))));
    await one.close();
    await one.close();
    await other.append(segment(20));
    const found = await entries();
    expect(found.flatMap((entry) => (entry.type === 'segment' ? [entry.index] : []))).toEqual(
      Array.from({ length: 21 }, (_, at) => at),
    );
    expect(found.filter(({ type }) => type === 'begin')).toHaveLength(1);
    await other.close();
    await expectWhole();
    await expect(one.append(segment(9))).rejects.toThrow(/closed/);
  });

  it('is sealed every minute in which something came', async () => {
    const manifest = await manifests.open(session);
    const sealed = async (): Promise<number> => {
      clock.advance(60_000);
      await manifest.seal();
      return seals.length;
    };
    await manifest.append(segment(0));
    expect(await sealed()).toBe(2);
    expect(await sealed()).toBe(2);
    await manifest.append(segment(1));
    expect(await sealed()).toBe(3);
    await manifest.close();
    expect(clock.pending).toBe(0);
  });

  it('refuses what is no entry, and takes the others', async () => {
    const manifest = await manifests.open(session);
    const bad = manifest.append({ ...segment(0), sha256: 'x' } as ManifestEvent);
    const good = manifest.append(segment(1));
    await expect(bad).rejects.toThrow();
    await expect(good).resolves.toMatchObject({ number: 3 });
    await manifest.close();
  });

  it('goes on behind its last whole entry, wherever a crash cut it', async () => {
    const manifest = await manifests.open(session);
    for (let index = 0; index < 4; index += 1) await manifest.append(segment(index));
    await manifest.close();
    const whole = await readFile(path);
    const firstTwo = Buffer.from(whole.toString().split('\n').slice(0, 2).join('\n') + '\n').length;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: firstTwo, max: whole.length }),
        fc.constantFrom('', '\0\0\0', 'x\n'),
        async (cut, junk) => {
          await writeFile(path, whole);
          await truncate(path, cut);
          await appendFile(path, junk);
          const before = await entries();
          const next = await createNew().open(session);
          await next.append(segment(9));
          await next.close();
          await expectWhole();
          expect((await entries()).slice(0, before.length)).toEqual(before);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('goes on behind a damaged line in its middle, of which nothing moves', async () => {
    const manifest = await manifests.open(session);
    await manifest.append(segment(0));
    await manifest.close();
    const whole = await readFile(path);
    const at = whole.indexOf('ws-1');
    whole.writeUInt8(whole.readUInt8(at) | 0x80, at);
    await writeFile(path, whole);
    const next = await createNew().open(session);
    await next.append(segment(1));
    await next.close();
    expect((await readFile(path)).subarray(0, whole.length)).toEqual(whole);
    expect(await types()).toEqual(['begin', 'seal', 'segment', 'seal', 'segment', 'seal']);
  });

  it('goes on behind what only another release can read, and takes nothing of it away', async () => {
    await (await manifests.open(session)).close();
    const entry = chainEntry((await entries()).at(-1), { type: 'from-the-future', more: [1, 'ä'] });
    await appendFile(path, `${canonicalJson(entry)}\n`);
    const before = await readFile(path);
    const next = await createNew().open(session);
    const added = await next.append(segment(0));
    await next.close();
    expect((await readFile(path)).subarray(0, before.length)).toEqual(before);
    expect(findLinkFault(entry, added)).toBeUndefined();
  });

  it('is not begun for those who only add to it', async () => {
    expect(await manifests.openExisting(session)).toBeUndefined();
    await (await manifests.open(session)).close();
    await writeFile(manifestPathOf(dir, { ...session, sessionId: 's1' }), '');
    expect(await manifests.openExisting(session)).toBeUndefined();
  });

  it('is read on from where it was read before', async () => {
    const reader = createManifestReader();
    expect(await reader.read(path)).toBeUndefined();
    const manifest = await manifests.open(session);
    expect(await reader.read(path)).toHaveLength(2);
    await manifest.append(segment(0));
    await appendFile(path, '{"type":"seg');
    expect((await reader.read(path))?.at(-1)).toMatchObject({ type: 'segment', index: 0 });
    await manifest.close();
    expect(await reader.read(path)).toEqual(await entries());
  });

  it.each([
    ['shorter', 'x'],
    ['as long', 'xxx'],
    ['longer', 'xxxxx'],
  ])(
    'is read anew where lines were taken back, as of a failed append, for others: %s',
    async (_what, message) => {
      const manifest = await manifests.open(session);
      await manifest.append(segment(0));
      const goodBytes = (await readFile(path)).length;
      const last = (await entries()).at(-1);
      const line = (before: ManifestEntry | undefined, said: string): string =>
        `${canonicalJson(chainEntry(before, { ...runEnd, message: said, atMs: 1 }))}\n`;
      await appendFile(path, line(last, 'yyy'));
      const reader = createManifestReader();
      expect(await reader.read(path)).toHaveLength(4);
      await truncate(path, goodBytes);
      await appendFile(path, line(last, message));
      expect(await reader.read(path)).toEqual(await entries());
      await appendFile(path, line((await entries()).at(-1), 'more'));
      expect(await reader.read(path)).toEqual(await entries());
      expect(await entries()).toHaveLength(5);
      await manifest.close();
    },
  );

  it('is read anew where it was cut off', async () => {
    const manifest = await manifests.open(session);
    const whole = await readFile(path);
    await manifest.append(segment(0));
    const reader = createManifestReader();
    expect(await reader.read(path)).toHaveLength(3);
    await writeFile(path, whole);
    expect(await reader.read(path)).toHaveLength(2);
    await manifest.close();
  });
});
