import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { playbackGrant, sessionList } from '@sightline/shared';
import { verifyMediaToken } from '@sightline/shared/node';
import type { RecorderLink } from '../recording/recorderPool.ts';
import {
  ADDRESS,
  NOW_MS,
  RECORDER_SECRET,
  createAdministrationHarness,
  type AdministrationHarness,
} from './administrationHarness.ts';

let harness: AdministrationHarness;
beforeEach(async () => {
  harness = await createAdministrationHarness();
  const { recordings } = harness.repositories;
  for (const [at, [deviceId, companyId]] of [
    ['desk', 'acme'] as const,
    ['phone', 'acme'] as const,
    ['rival', 'globex'] as const,
  ].entries()) {
    const sessionId = `of-${deviceId}`;
    const startedAtMs = NOW_MS + at;
    const names = { userId: `ann@${deviceId}`, userName: 'ann', hostName: deviceId };
    await recordings.addSession({ sessionId, companyId, deviceId, startedAtMs, ...names });
    await recordings.addRun({
      runId: `r-${deviceId}`,
      sessionId,
      trackId: 'display-1',
      label: 'Screen',
      startedAtMs,
      source: 'live',
    });
  }
});
afterEach(() => harness.close());

const recorder: RecorderLink = {
  recorderId: 'r1',
  mediaBaseUrl: 'http://127.0.0.1:4000',
  startRun: () => Promise.reject(new Error('not asked for')),
  stopRun: () => Promise.reject(new Error('not asked for')),
  keyFrameSent: () => undefined,
};
const PLAYBACK = '/sessions/of-desk/tracks/display-1/playback';

describe('sessions', () => {
  it.each([
    ['owen', '', ['of-rival', 'of-phone', 'of-desk']],
    ['cora', '', ['of-phone', 'of-desk']],
    ['carl', '', ['of-desk']],
    ['eve', '', ['of-rival']],
    ['owen', '?companyId=acme', ['of-phone', 'of-desk']],
    ['cora', '?deviceId=phone', ['of-phone']],
    ['cora', '?companyId=globex', []],
    ['carl', '?deviceId=phone', []],
  ] as const)('are listed to %s as far as the role reaches (%s)', async (person, query, sessionIds) => {
    const { body } = await harness.send(person, 'GET', `/sessions${query}`);
    expect(sessionList.parse(body).sessions.map(({ sessionId }) => sessionId)).toEqual(sessionIds);
  });

  it.each([
    ['owen', 'of-rival', 200],
    ['cora', 'of-phone', 200],
    ['carl', 'of-desk', 200],
    ['carl', 'of-phone', 404],
    ['cora', 'of-rival', 404],
    ['cora', 'of-nobody', 404],
    ['eve', 'of-desk', 404],
    ['sam', 'of-desk', 403],
    [undefined, 'of-desk', 401],
  ] as const)('are told to %s one by one likewise (%s: %d)', async (person, sessionId, status) => {
    const answer = await harness.send(person, 'GET', `/sessions/${sessionId}`);
    expect(answer.status).toBe(status);
    if (status === 404) expect(answer.body).toMatchObject({ code: 'unknown-session' });
  });
});

describe('playback', () => {
  it('is granted for one track and a while, and put on record before', async () => {
    harness.recorders.add(recorder);
    const { status, body } = await harness.send('carl', 'POST', PLAYBACK);
    expect(status).toBe(200);
    const { playlistUrl, expiresAtMs } = playbackGrant.parse(body);
    expect(expiresAtMs).toBe(NOW_MS + 600_000);
    const url = new URL(playlistUrl);
    expect(url.origin).toBe('http://127.0.0.1:4000');
    const opened = await verifyMediaToken(RECORDER_SECRET, url.searchParams.get('token') ?? '', NOW_MS);
    expect(opened).toMatchObject({
      ok: true,
      value: { grant: { kind: 'tracks', folders: ['acme/ann@desk/2027/01/15/of-desk/display-1'] } },
    });
    await expect(harness.audited('acme')).resolves.toMatchObject([
      {
        action: 'recording-played',
        actor: { id: 'carl' },
        address: ADDRESS,
        details: { sessionId: 'of-desk', trackId: 'display-1', userId: 'ann@desk' },
      },
    ]);
  });

  it.each([
    ['sam', PLAYBACK, 403, 'forbidden'],
    ['eve', PLAYBACK, 404, 'unknown-session'],
    ['carl', PLAYBACK.replace('desk', 'phone'), 404, 'unknown-session'],
    ['cora', PLAYBACK.replace('display-1', 'display-2'), 404, 'unknown-track'],
    ['cora', PLAYBACK.replace('display-1', '..%2F..'), 400, 'bad-request'],
  ] as const)('is refused to %s (%s)', async (person, path, status, code) => {
    harness.recorders.add(recorder);
    await expect(harness.send(person, 'POST', path)).resolves.toMatchObject({ status, body: { code } });
    await expect(harness.audited('acme')).resolves.toEqual([]);
  });

  it('says so when there is no recorder', async () => {
    await expect(harness.send('cora', 'POST', PLAYBACK)).resolves.toMatchObject({
      status: 503,
      body: { code: 'recorder-missing' },
    });
    await expect(harness.audited('acme')).resolves.toEqual([]);
  });
});
