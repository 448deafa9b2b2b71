import { createHash, randomBytes } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createS3ObjectStore } from '@sightline/recorder/store';
import {
  MANIFEST_FILE,
  encodeRunFolder,
  encodeSegmentName,
  encodeSessionFolder,
  encodeTrackFolder,
  type Segment,
} from '@sightline/shared';
import { signMediaToken } from '@sightline/shared/node';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import type { Proc } from './harness/proc.ts';
import { BUCKET, S3_CREDENTIALS, startS3Server, type S3Fault, type S3Server } from './harness/s3Server.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { startFakeSfu, type FakeSfu, type RecordedRun } from './recorder/fakeSfu.ts';
import { RECORDER_SECRET, startRecorder } from './recorder/startRecorder.ts';

let cleanup: Cleanup;
let data: TempDir;
let s3: S3Server;

beforeEach(async () => {
  cleanup = createCleanup();
  data = cleanup.use(await createTempDir('object-store'));
  const objects = cleanup.use(await createTempDir('objects'));
  s3 = cleanup.use(await startS3Server(objects.path));
});
afterEach(() => cleanup.close());

/** In place of the one that is there from the start. */
const startLockingServer = async (): Promise<S3Server> => {
  const objects = cleanup.use(await createTempDir('locked-objects'));
  return cleanup.use(await startS3Server(objects.path, { objectLock: true }));
};
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

describe('a bucket', () => {
  it('keeps what it is given, in parts if it is large, and is not believed if it tells something else', async () => {
    Object.assign(process.env, S3_CREDENTIALS);
    const partBytes = 5 * 1024 * 1024;
    const store = createS3ObjectStore(
      { bucket: BUCKET, endpoint: s3.url, region: 'us-east-1', prefix: 'here/' },
      { partBytes },
    );
    cleanup.use({ close: () => Promise.resolve(store.close()) });
    const large = randomBytes(2 * partBytes + 1);
    await store.put('a/large', large);
    expect((await store.get('a/large'))?.equals(large)).toBe(true);
    expect(s3.requests.filter((line) => line.includes('partNumber')).length).toBe(3);
    const odd = 'a%20b/ü/100%.ts';
    await store.put(odd, Buffer.from('odd'));
    expect((await store.get(odd))?.toString()).toBe('odd');

    s3.fault = 'lying';
    for (const content of [large, Buffer.from('small')])
      await expect(store.put('b', content)).rejects.toMatchObject({ code: 'checksum-mismatch' });
    s3.fault = 'refusing';
    await expect(store.put('b', large)).rejects.toMatchObject({ code: 'store-refused' });
    s3.fault = 'down';
    await expect(store.put('b', large)).rejects.toMatchObject({ code: 'store-unreachable' });
    s3.fault = undefined;
    await store.remove('a/large');
    await store.remove('a/large');
    expect(await store.get('a/large')).toBeUndefined();
  });
});

describe('a bucket with Object Lock', () => {
  it('locks what is stored to be held, in parts too, and what is said to be later, version by version', async () => {
    Object.assign(process.env, S3_CREDENTIALS);
    const plain = s3;
    s3 = await startLockingServer();
    const open = ({ url }: S3Server, prefix: string) => {
      const partBytes = 5 * 1024 * 1024;
      const location = { bucket: BUCKET, endpoint: url, region: 'us-east-1', prefix };
      const store = createS3ObjectStore(location, { partBytes });
      cleanup.use({ close: () => Promise.resolve(store.close()) });
      return { store, partBytes };
    };
    const { store, partBytes } = open(s3, 'here/');
    expect(await open(plain, 'here/').store.hasObjectLock()).toBe(false);
    expect(await store.hasObjectLock()).toBe(true);
    await store.put('zoë %1/s1/large', randomBytes(partBytes + 1), { legalHold: true });
    await store.put('zoë %1/s1/small', Buffer.from('small'), { legalHold: true });
    await store.put('zoë %1/s1/small', Buffer.from('again'));
    await store.put('zoë %1/s10/other', Buffer.from('other'));
    const held = (): boolean[] => s3.versions.map((version) => version.held);
    expect(held()).toEqual([true, true, false, false]);
    for (const wanted of [true, false]) {
      for await (const version of store.versionsIn('zoë %1/s1')) await store.setLegalHold(version, wanted);
      expect(held()).toEqual([wanted, wanted, wanted, false]);
    }
    await store.setLegalHold({ key: 'zoë %1/s1/small', versionId: '17' }, true);
    s3.fault = 'refusing';
    await expect(store.hasObjectLock()).rejects.toMatchObject({ code: 'store-refused' });
  });
});

describe('a recorder with an object store', () => {
  let sfu: FakeSfu;
  let recorder: Proc;

  const start = async (env: Record<string, string> = {}): Promise<void> => {
    recorder = await startRecorder({
      cleanup,
      sfu,
      dataDir: data.path,
      env: {
        ...S3_CREDENTIALS,
        SIGHTLINE_S3_BUCKET: BUCKET,
        SIGHTLINE_S3_ENDPOINT: s3.url,
        SIGHTLINE_S3_PREFIX: 'sightline/',
        SIGHTLINE_S3_LOCAL_HOURS: '0',
        ...env,
      },
    });
  };
  beforeEach(async () => {
    sfu = cleanup.use(await startFakeSfu());
  });

  const problems = (): string[] => (sfu.keeping.status?.problems ?? []).map(({ code }) => code);
  const backlog = (): number => sfu.keeping.status?.store.backlogSegments ?? 0;
  const runFolder = (run: RecordedRun): string =>
    `${encodeTrackFolder(sfu.track)}/${encodeRunFolder(run.runId)}`;
  const localMedia = async (run: RecordedRun): Promise<string[]> =>
    (await readdir(join(data.path, 'recordings', runFolder(run)))).filter((name) => /\.tse?$/.test(name));
  const fetchSegment = async (run: RecordedRun, segment: Segment): Promise<Response> => {
    const folder = encodeTrackFolder(sfu.track);
    const token = await signMediaToken(
      RECORDER_SECRET,
      { kind: 'tracks', folders: [folder] },
      Date.now() + 60_000,
    );
    const playlistUrl = `${sfu.mediaBaseUrl}/media/playlist/${Date.now()}.m3u8?token=${token}`;
    const playlist = await (await fetch(playlistUrl)).text();
    const name = encodeSegmentName(segment);
    const row = playlist.split('\n').find((line) => line.includes(run.runId) && line.includes(name));
    return fetch(new URL(row ?? 'missing', playlistUrl));
  };
  /** Everything that was announced is played as it was announced, and is in the bucket with the manifest that lists it. */
  const expectAllThere = async (run: RecordedRun): Promise<void> => {
    expect(run.segments.length).toBeGreaterThan(0);
    for (const segment of run.segments) {
      const answer = await fetchSegment(run, segment);
      expect(answer.status).toBe(200);
      expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(segment.sha256);
    }
    const manifest = `${encodeSessionFolder(sfu.track)}/${MANIFEST_FILE}`;
    const local = await readFile(join(data.path, 'recordings', manifest), 'utf8');
    await until('the manifest in the bucket', async () => (await inBucket(manifest))?.toString() === local, {
      timeoutMs: 5_000,
    });
  };
  const inBucket = async (key: string): Promise<Buffer | undefined> => {
    Object.assign(process.env, S3_CREDENTIALS);
    const bucket = createS3ObjectStore({
      bucket: BUCKET,
      endpoint: s3.url,
      region: 'us-east-1',
      prefix: 'sightline/',
    });
    try {
      return await bucket.get(key);
    } finally {
      bucket.close();
    }
  };

  const firstOf = ({ segments: [first] }: RecordedRun): Segment => {
    if (first === undefined) throw new Error('nothing was recorded yet');
    return first;
  };

  const FAULTS: [S3Fault, string][] = [
    ['down', 'store-unreachable'],
    ['refusing', 'store-refused'],
    ['lying', 'checksum-mismatch'],
  ];

  it('loses nothing and says so while the store fails, in whatever way, and catches up, also after a restart', async () => {
    await start();
    const run = await sfu.startRun('H264');
    for (const [fault, code] of FAULTS) {
      s3.fault = fault;
      const before = run.segments.length;
      await until(code, () => problems().includes(code) && backlog() > 0, { timeoutMs: 15_000 });
      await until('a segment', () => run.segments.length > before, { timeoutMs: 10_000 });
      expect(await localMedia(run)).not.toEqual([]);
      expect(recorder.tail()).toContain(`"code":"${code}"`);
      if (fault === 'refusing') {
        const answer = await fetchSegment(run, firstOf(run));
        expect([answer.status, await answer.json()]).toMatchObject([503, { code }]);
      }
      s3.fault = undefined;
      await until('the end of the problem', () => !problems().includes(code), { timeoutMs: 20_000 });
      const oldest = encodeSegmentName(firstOf(run));
      await until('no local copy of the first', async () => !(await localMedia(run)).includes(oldest), {
        timeoutMs: 5_000,
      });
    }
    s3.fault = 'down';
    await sfu.command('stop-run', { runId: run.runId });
    recorder.kill('SIGKILL');
    await recorder.exited;
    s3.fault = undefined;
    await start();
    await until('no local media', async () => (await localMedia(run)).length === 0, { timeoutMs: 15_000 });
    await until('no backlog', () => backlog() === 0, { timeoutMs: 5_000 });
    await expectAllThere(run);
  });

  const hold = (held: boolean) => {
    const { companyId, userId, sessionId, sessionStartedAtMs } = sfu.track;
    const session = { companyId, userId, sessionId, sessionStartedAtMs, held };
    return sfu.command('hold-media', { sessions: [session] });
  };

  it('locks what is held, also after a kill, until nothing holds it any more', async () => {
    s3 = await startLockingServer();
    await start();
    const run = await sfu.startRun('H264');
    const media = () => s3.versions.filter(({ key }) => key.endsWith('.ts'));
    await until('an object', () => media().length > 0, { timeoutMs: 15_000 });
    expect(media()[0]).toMatchObject({ held: false });
    s3.fault = 'down';
    await hold(true);
    await until('the problem', () => problems().includes('hold-not-locked'), { timeoutMs: 15_000 });
    recorder.kill('SIGKILL');
    await recorder.exited;
    s3.fault = undefined;
    await start();
    await until('locks', () => media().length > 1 && media().every(({ held }) => held), {
      timeoutMs: 15_000,
    });
    run.relay.flowing = false;
    const again = await sfu.startRun('H264');
    await until('an object that was never free', () => media().at(-1)?.heldFromTheStart === true, {
      timeoutMs: 15_000,
    });
    await sfu.command('stop-run', { runId: again.runId });
    await until('no backlog', () => backlog() === 0, { timeoutMs: 5_000 });
    expect(problems()).not.toContain('hold-not-locked');
    await hold(false);
    await until('no locks', () => media().every(({ held }) => !held), { timeoutMs: 15_000 });
  });

  it('says once that there is no Object Lock, and goes on as before', async () => {
    await start();
    await hold(true);
    const run = await sfu.startRun('H264');
    await until('a segment', () => run.segments.length > 0, { timeoutMs: 15_000 });
    await sfu.command('stop-run', { runId: run.runId });
    await until('no local copy', async () => (await localMedia(run)).length === 0, { timeoutMs: 15_000 });
    await hold(false);
    await expectAllThere(run);
    expect(problems()).toEqual([]);
    expect(recorder.tail().match(/no-object-lock/g)).toHaveLength(1);
    expect(s3.requests.filter((line) => line.includes('legal-hold'))).toEqual([]);
  });

  it('keeps what is encrypted so everywhere, also after a kill, plays it, and deletes it everywhere', async () => {
    const keyFile = join(data.path, 'keys');
    await writeFile(keyFile, `# first\n${randomBytes(32).toString('base64')}\n`);
    const encrypted = { SIGHTLINE_ENCRYPTION_KEY_FILE: keyFile };
    await start(encrypted);
    const run = await sfu.startRun('H264');
    await until('two segments', () => run.segments.length >= 2, { timeoutMs: 15_000 });
    recorder.kill('SIGKILL');
    await recorder.exited;
    run.relay.flowing = false;
    const announced = sfu.segmentsOf(run.runId).length;
    await start(encrypted);
    await until('the tail', () => sfu.segmentsOf(run.runId).length > announced, { timeoutMs: 15_000 });
    await until('no local media', async () => (await localMedia(run)).length === 0, { timeoutMs: 15_000 });
    await expectAllThere(run);
    const keys = run.segments.map((segment) => `${runFolder(run)}/${encodeSegmentName(segment)}e`);
    for (const key of keys) expect((await inBucket(key))?.subarray(0, 3).toString()).toBe('SLE');

    const { companyId, userId, sessionId, sessionStartedAtMs } = sfu.track;
    const claim = { companyId, userId, sessionId, sessionStartedAtMs, cause: 'retention-age' as const };
    sfu.keeping.claims.push({ ...claim, claimId: 'claim-1' });
    sfu.disconnect();
    await until('the deletion', () => sfu.keeping.deleted.length > 0, { timeoutMs: 15_000 });
    for (const key of keys) expect(await inBucket(key)).toBeUndefined();
  });
});
