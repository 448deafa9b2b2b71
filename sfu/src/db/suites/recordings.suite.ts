import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Reach } from '../../identity/authorise.ts';
import { createDevicesRepository } from '../devices.ts';
import { createPresenceRepository } from '../presence.ts';
import { createRecordingsRepository } from '../recordings.ts';
import { connectionOf, seedDevices } from './fixtures.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

const session = (sessionId: string, startedAtMs: number, deviceId = 'd1', companyId = 'c1') => ({
  sessionId,
  companyId,
  deviceId,
  userId: 'ann@desk',
  userName: 'ann',
  hostName: 'desk',
  startedAtMs,
});
const run = (runId: string, startedAtMs: number) => ({
  runId,
  sessionId: 's1',
  trackId: 'display-1',
  label: 'Screen 1',
  startedAtMs,
  source: 'live' as const,
});
const segment = (index: number, startMs: number) => ({
  index,
  startMs,
  durationMs: 6_000,
  bytes: 500,
  sha256: 'a'.repeat(64),
  holes: [],
});
const everywhere: Reach = { everywhere: true, companies: new Map() };

/** What sessions and their recordings must do on every database. */
export function recordingsSuite(create: CreateEmptyDatabase): void {
  describe('recordings', () => {
    const database = freshDatabase(create);
    const recordings = () => createRecordingsRepository(database());
    const runsOf = async (sessionId: string) => (await recordings().findSession(sessionId))?.tracks[0]?.runs;
    const listed = async (filter: object) =>
      (await recordings().listSessions({ reach: everywhere, limit: 10, ...filter })).map(
        ({ sessionId }) => sessionId,
      );

    beforeEach(async () => {
      await seedDevices(database(), ['d1', 'd2']);
      await recordings().addSession(session('s1', 1_000));
    });

    it('know whose run it is', async () => {
      await recordings().addRun(run('r1', 2_000));
      await recordings().addRun({ ...run('r2', 2_000), recorderId: 'recorder-2' });
      expect(await recordings().hasRun('r1', 'recorder-1')).toBe(true);
      expect(await recordings().hasRun('r2', 'recorder-1')).toBe(false);
      expect(await recordings().hasRun('r2', 'recorder-2')).toBe(true);
    });

    it('add up what was recorded of each run', async () => {
      await recordings().addRun(run('r1', 2_000));
      await recordings().addRun(run('r2', 20_000));
      await recordings().addSegments([
        { runId: 'r1', segment: segment(0, 2_000) },
        { runId: 'r1', segment: segment(1, 8_000) },
      ]);
      await recordings().endRun('r1', 14_000, 'stalled');
      expect(await recordings().hasRun('r1')).toBe(true);
      expect(await recordings().hasRun('none')).toBe(false);
      const r1 = { runId: 'r1', startedAtMs: 2_000, recordedMs: 12_000, bytes: 1_000 };
      const r2 = { runId: 'r2', startedAtMs: 20_000, recordedMs: 0, bytes: 0 };
      expect(await recordings().findSession('s1')).toEqual({
        ...session('s1', 1_000),
        groupId: null,
        endedAtMs: null,
        tracks: [
          {
            trackId: 'display-1',
            label: 'Screen 1',
            runs: [
              { ...r1, endedAtMs: 14_000, endReason: 'stalled' },
              { ...r2, endedAtMs: null, endReason: null },
            ],
          },
        ],
      });
    });

    it('count a segment that was announced twice once', async () => {
      await recordings().addRun(run('r1', 2_000));
      await recordings().addSegments([{ runId: 'r1', segment: segment(0, 2_000) }]);
      await recordings().addSegments([{ runId: 'r1', segment: { ...segment(0, 2_000), durationMs: 6_500 } }]);
      expect(await runsOf('s1')).toMatchObject([{ recordedMs: 6_500 }]);
    });

    it('enter thousands of segments at once, or none of them', async () => {
      await recordings().addRun(run('r1', 0));
      const many = Array.from({ length: 15_000 }, (_, n) => ({
        runId: 'r1',
        segment: segment(n, n * 6_000),
      }));
      const withStranger = [...many, { runId: 'none', segment: segment(0, 0) }];
      await expect(recordings().addSegments(withStranger)).rejects.toThrow(/foreign key/i);
      expect(await runsOf('s1')).toMatchObject([{ recordedMs: 0 }]);
      await recordings().addSegments(many);
      expect(await runsOf('s1')).toMatchObject([{ recordedMs: 15_000 * 6_000, bytes: 15_000 * 500 }]);
    });

    it('keep the first end of a run and of a session', async () => {
      await recordings().addRun(run('r1', 2_000));
      await recordings().endRun('r1', 3_000, 'worker-died');
      await recordings().endRun('r1', 4_000, 'stopped');
      await recordings().endSession('s1', 5_000, 'stopped');
      await recordings().endSession('s1', 6_000, 'connection-lost');
      expect(await runsOf('s1')).toMatchObject([{ endedAtMs: 3_000, endReason: 'worker-died' }]);
      expect(await recordings().findSession('s1')).toMatchObject({ endedAtMs: 5_000 });
    });

    it('are listed newest first, by company, device and group, within reach', async () => {
      await createDevicesRepository(database()).change('c1', 'd2', { groupId: 'g1' });
      await recordings().addSession(session('s2', 5_000, 'd2'));
      await recordings().addSession(session('foreign', 9_000, 'other', 'c2'));
      const reach = (companies: Reach['companies']): { reach: Reach } => ({
        reach: { everywhere: false, companies },
      });
      expect(await listed({})).toEqual(['foreign', 's2', 's1']);
      expect(await listed({ limit: 1 })).toEqual(['foreign']);
      expect(await listed({ companyId: 'c1' })).toEqual(['s2', 's1']);
      expect(await listed({ deviceId: 'd1' })).toEqual(['s1']);
      expect(await listed(reach(new Map()))).toEqual([]);
      expect(await listed(reach(new Map([['c1', 'all']])))).toEqual(['s2', 's1']);
      expect(await listed(reach(new Map([['c1', new Set(['g1'])]])))).toEqual(['s2']);
      expect(await listed(reach(new Map([['c2', new Set(['g1'])]])))).toEqual([]);
      const both = reach(
        new Map<string, 'all' | Set<string>>([
          ['c1', new Set(['g1'])],
          ['c2', 'all'],
        ]),
      );
      expect(await listed(both)).toEqual(['foreign', 's2']);
      expect(await listed({ ...both, companyId: 'c1', deviceId: 'd1' })).toEqual([]);
      expect(await recordings().findSession('s2')).toMatchObject({ companyId: 'c1', groupId: 'g1' });
      expect(await recordings().findSession('none')).toBeUndefined();
    });

    it('end what a killed server left open, at the last moment on record', async () => {
      await recordings().addRun(run('r1', 2_000));
      await recordings().addSegments([{ runId: 'r1', segment: segment(0, 2_000) }]);
      await recordings().addSession(session('s2', 50_000));
      expect(await recordings().closeLeftovers()).toEqual({ sessions: 2, runs: 1 });
      expect(await recordings().closeLeftovers()).toEqual({ sessions: 0, runs: 0 });
      expect(await recordings().findSession('s2')).toMatchObject({ endedAtMs: 50_000 });
      expect(await recordings().findSession('s1')).toMatchObject({
        endedAtMs: 8_000,
        tracks: [{ runs: [{ endReason: 'recorder-lost', endedAtMs: 8_000 }] }],
      });
    });

    it('leave a session open whose device may come back, so that it can go on', async () => {
      await recordings().addRun(run('r1', 2_000));
      await recordings().addSession(session('s2', 3_000, 'd2'));
      await createPresenceRepository(database()).write({
        connections: [connectionOf('d1', { sessionId: 's1' }), connectionOf('d2', { sessionId: 's2' })],
        messages: [],
        confirmed: [],
      });
      await createDevicesRepository(database()).revoke('c1', 'd2', 4_000);
      expect(await recordings().closeLeftovers()).toEqual({ sessions: 1, runs: 1 });
      expect(await recordings().findOpenSession('s1')).toEqual(session('s1', 1_000));
      expect(await recordings().findOpenSession('s2')).toBeUndefined();
      expect(await runsOf('s1')).toMatchObject([{ endReason: 'recorder-lost', endedAtMs: 2_000 }]);
    });
  });
}
