import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProtocolError } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { anOpenRun } from '../store/anOpenRun.ts';
import { createSealRegister, type SealRegister } from '../store/sealRegister.ts';
import { closeSession } from './closeSession.ts';
import { readManifest } from './manifestReader.ts';
import { createManifests, manifestPathOf, type Manifests } from './manifests.ts';
import { createSealReports, type SealReports } from './sealReports.ts';
import { createTestKey } from './testKey.ts';

const { session } = anOpenRun();

describe('the reports of seals', () => {
  let dir: string;
  let sent: number[];
  let register: SealRegister;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-seals-'));
    sent = [];
    register = await createSealRegister(join(dir, 'state'), createLogger('test', 'silent'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  /** What a recorder is made of, as if it had just been started. */
  const start = (answer?: ProtocolError): { manifests: Manifests; reports: SealReports } => {
    const clock = createManualClock(1_700_000_000_000);
    const logger = createLogger('test', 'silent');
    const reports = createSealReports({
      recordingsDir: dir,
      register,
      send: async ({ sealNumber }) => {
        if (answer !== undefined) throw answer;
        sent.push(sealNumber);
      },
      clock,
      logger,
    });
    const sealKey = createTestKey();
    const manifests = createManifests({
      recordingsDir: dir,
      recorderId: 'recorder',
      sealKey,
      clock,
      logger,
      ...reports.hooks,
    });
    return { manifests, reports };
  };
  const close = (manifests: Manifests, endedAtMs: number): Promise<void> =>
    closeSession({ ...session, endedAtMs, tracks: [] }, { recordingsDir: dir, manifests });

  it('tell of every seal, and are over when all are acknowledged and nobody adds to the manifest', async () => {
    const { manifests, reports } = start();
    reports.resume();
    const manifest = await manifests.open(session);
    await reports.drain();
    expect(await register.list()).toHaveLength(1);
    await manifest.append({ type: 'run-end', runId: 'run', reason: 'stopped', message: '' });
    await manifest.close();
    await reports.drain();
    expect(sent).toEqual([2, 4]);
    expect(await register.list()).toEqual([]);
  });

  it('come after a restart from what the manifest says, and of what was not sealed', async () => {
    const before = start(new ProtocolError('timeout', 'gone'));
    const manifest = await before.manifests.open(session);
    await manifest.append({
      type: 'run',
      runId: 'run',
      trackId: 'display-1',
      label: '',
      source: 'live',
      codec: 'video/H264',
      audio: false,
    });
    const { manifests, reports } = start();
    reports.resume();
    await reports.takeOver(manifests);
    await reports.drain();
    expect(sent).toEqual([2, 4]);
    expect(await register.list()).toEqual([]);
    await manifest.close();
  });

  it('do not repeat after a restart what was acknowledged', async () => {
    const before = start();
    before.reports.resume();
    const manifest = await before.manifests.open(session);
    while ((await register.list())[0]?.reportedUpTo !== 2) await new Promise((go) => setImmediate(go));
    const { manifests, reports } = start();
    reports.resume();
    await reports.takeOver(manifests);
    await reports.drain();
    expect(sent).toEqual([2]);
    await manifest.close();
  });

  it('tell of the seal over a ledger, which is entered once', async () => {
    const { manifests, reports } = start();
    reports.resume();
    await expect(close(manifests, 5)).rejects.toMatchObject({ code: 'unknown-session' });
    await (await manifests.open(session)).close();
    await close(manifests, 5);
    await close(manifests, 5);
    await close(manifests, 6);
    await reports.drain();
    expect(sent).toEqual([2, 4, 6]);
    const manifest = await readManifest(manifestPathOf(dir, session));
    expect(manifest?.entries.filter(({ type }) => type === 'ledger')).toMatchObject([
      { endedAtMs: 5 },
      { endedAtMs: 6 },
    ]);
  });
});
