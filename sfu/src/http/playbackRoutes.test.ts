import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { playbackGrants, type PlaybackOrder } from '@sightline/shared';
import { verifyMediaToken } from '@sightline/shared/node';
import {
  ADDRESS,
  NOW_MS,
  RECORDER_SECRET,
  createAdministrationHarness,
  idleRecorder,
  type AdministrationHarness,
} from './administrationHarness.ts';

const HOUR_MS = 3_600_000;

let harness: AdministrationHarness;
beforeEach(async () => {
  harness = await createAdministrationHarness();
  for (const [sessionId, deviceId, companyId, startedAtMs] of [
    ['of-desk', 'desk', 'acme', NOW_MS],
    ['next-day', 'desk', 'acme', NOW_MS + 24 * HOUR_MS],
    ['of-phone', 'phone', 'acme', NOW_MS],
    ['of-rival', 'rival', 'globex', NOW_MS],
  ] as const) {
    const names = { userId: `ann@${deviceId}`, userName: 'ann', hostName: deviceId };
    const { recordings } = harness.repositories;
    await recordings.addSession({ sessionId, companyId, deviceId, startedAtMs, ...names });
    await recordings.addRun({
      runId: `r-${sessionId}`,
      sessionId,
      trackId: 'display-1',
      label: 'Screen',
      startedAtMs,
      source: 'live',
    });
    await recordings.endSession(sessionId, startedAtMs + HOUR_MS, 'stopped');
  }
});
afterEach(() => harness.close());

const recorder = idleRecorder();
const ofSession = (sessionId: string, trackId = 'display-1'): PlaybackOrder => ({
  kind: 'session',
  sessionId,
  trackId,
});
const ofUser = (userId: string, fromMs: number, toMs: number, companyId = 'acme'): PlaybackOrder => ({
  kind: 'range',
  companyId,
  userId,
  trackId: 'display-1',
  fromMs,
  toMs,
});
const twoDays = ofUser('ann@desk', NOW_MS + 1_000, NOW_MS + 48 * HOUR_MS);

const opened = async (url: string) => {
  const token = new URL(url).searchParams.get('token') ?? '';
  const verified = await verifyMediaToken(RECORDER_SECRET, token, NOW_MS);
  return verified.ok ? verified.value.grant : verified.error;
};

describe('playback', () => {
  it('is granted for one track and a while, and put on record before', async () => {
    harness.recorders.add(recorder);
    const { status, body } = await harness.send('carl', 'POST', '/playback', ofSession('of-desk'));
    expect(status).toBe(200);
    const { playlistUrl, thumbnailsUrl, expiresAtMs } = playbackGrants.parse(body);
    expect(expiresAtMs).toBe(NOW_MS + 600_000);
    expect(playlistUrl).toContain(`http://127.0.0.1:4000/media/playlist/${NOW_MS}.m3u8?token=`);
    expect(thumbnailsUrl).toContain(`http://127.0.0.1:4000/media/thumbnails/${NOW_MS}.vtt?token=`);
    const grant = { kind: 'tracks', folders: ['acme/ann@desk/2027/01/15/of-desk/display-1'] };
    await expect(opened(playlistUrl)).resolves.toEqual(grant);
    await expect(opened(thumbnailsUrl)).resolves.toEqual(grant);
    await expect(harness.audited('acme')).resolves.toMatchObject([
      {
        action: 'recording-played',
        actor: { id: 'carl' },
        address: ADDRESS,
        details: { sessionId: 'of-desk', trackId: 'display-1', userId: 'ann@desk' },
      },
    ]);
  });

  it('is granted for a range across sessions, and opens nothing beside it', async () => {
    harness.recorders.add(recorder);
    const { body } = await harness.send('carl', 'POST', '/playback', twoDays);
    await expect(opened(playbackGrants.parse(body).playlistUrl)).resolves.toEqual({
      kind: 'tracks',
      folders: ['acme/ann@desk/2027/01/15/of-desk/display-1', 'acme/ann@desk/2027/01/16/next-day/display-1'],
      range: { fromMs: NOW_MS + 1_000, toMs: NOW_MS + 48 * HOUR_MS },
    });
    await expect(harness.audited('acme')).resolves.toMatchObject([
      { details: { userId: 'ann@desk', fromMs: NOW_MS + 1_000, toMs: NOW_MS + 48 * HOUR_MS } },
    ]);
  });

  it('comes from the recorder that has most of it, or from the one that is asked, and says who else has some', async () => {
    for (const [recorderId, mediaBaseUrl] of [
      ['r1', 'http://127.0.0.1:4001'],
      ['r2', 'http://127.0.0.1:4002'],
    ] as const)
      harness.recorders.add({ ...recorder, recorderId, mediaBaseUrl });
    const partOf = (fromMs: number, recordedMs: number) => ({
      recordedMs,
      stretches: [{ fromMs, toMs: fromMs + recordedMs }],
    });
    const { find } = harness.repositories.recordedMedia;
    harness.repositories.recordedMedia.find = async (filter) =>
      (await find(filter)).map((media) => ({
        ...media,
        byRecorder: new Map(
          [1, 2, 3].map((number) => [`r${number}`, partOf(media.sessionStartedAtMs, number)]),
        ),
      }));
    const { body } = await harness.send('carl', 'POST', '/playback', twoDays);
    const granted = playbackGrants.parse(body);
    expect(granted.playlistUrl).toContain('http://127.0.0.1:4002/');
    const [r1, r2, r3] = [1, 2, 3].map((number) => ({
      recorderId: `r${number}`,
      recordedMs: number * 2,
      stretches: [NOW_MS, NOW_MS + 24 * HOUR_MS].flatMap((atMs) => partOf(atMs, number).stretches),
    }));
    expect(granted).toMatchObject({
      recorderId: 'r2',
      elsewhere: [
        { ...r3, connected: false },
        { ...r1, connected: true },
      ],
    });
    const other = await harness.send('carl', 'POST', '/playback', { ...twoDays, recorderId: 'r1' });
    expect(playbackGrants.parse(other.body)).toMatchObject({
      playlistUrl: expect.stringContaining('http://127.0.0.1:4001/'),
      elsewhere: [r3, r2],
    });
    for (const recorderId of ['r3', 'nobody']) {
      await expect(
        harness.send('carl', 'POST', '/playback', { ...twoDays, recorderId }),
      ).resolves.toMatchObject({ status: 503 });
    }
  });

  it.each([
    ['sam', ofSession('of-desk'), 403, 'forbidden'],
    ['eve', ofSession('of-desk'), 404, 'unknown-session'],
    ['carl', ofSession('of-phone'), 404, 'unknown-session'],
    ['cora', ofSession('of-desk', 'display-2'), 404, 'unknown-track'],
    ['cora', ofSession('of-desk', '../..'), 400, 'bad-request'],
    ['eve', twoDays, 404, 'nothing-recorded'],
    ['carl', ofUser('ann@phone', NOW_MS, NOW_MS + 1), 404, 'nothing-recorded'],
    ['cora', ofUser('ann@rival', NOW_MS, NOW_MS + 1, 'globex'), 404, 'nothing-recorded'],
    ['cora', ofUser('ann@desk', NOW_MS, NOW_MS), 400, 'bad-range'],
    ['cora', ofUser('ann@desk', NOW_MS, NOW_MS + 200 * HOUR_MS), 400, 'bad-range'],
    ['cora', ofUser('ann@desk', NOW_MS + 2 * HOUR_MS, NOW_MS + 3 * HOUR_MS), 404, 'nothing-recorded'],
  ] as const)('is refused to %s (%j)', async (person, order, status, code) => {
    harness.recorders.add(recorder);
    await expect(harness.send(person, 'POST', '/playback', order)).resolves.toMatchObject({
      status,
      body: { code },
    });
    await expect(harness.audited('acme')).resolves.toEqual([]);
  });

  it('says so when there is no recorder', async () => {
    await expect(harness.send('cora', 'POST', '/playback', ofSession('of-desk'))).resolves.toMatchObject({
      status: 503,
      body: { code: 'recorder-missing' },
    });
    await expect(harness.audited('acme')).resolves.toEqual([]);
  });
});
