import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sessionLedger } from '@sightline/shared';
import { NOW_MS, createAdministrationHarness, type AdministrationHarness } from './administrationHarness.ts';

let harness: AdministrationHarness;
beforeEach(async () => {
  harness = await createAdministrationHarness();
  const { recordings } = harness.repositories;
  for (const [deviceId, companyId] of [
    ['desk', 'acme'],
    ['rival', 'globex'],
  ] as const) {
    const sessionId = `of-${deviceId}`;
    const startedAtMs = NOW_MS - 10_000;
    const names = { userId: `ann@${deviceId}`, userName: 'ann', hostName: deviceId };
    await recordings.addSession({ sessionId, companyId, deviceId, startedAtMs, ...names });
    await recordings.addRun({
      runId: `r-${deviceId}`,
      sessionId,
      trackId: 'display-1',
      label: 'Screen',
      startedAtMs,
      source: 'live',
      recorderId: 'recorder-1',
    });
    const segment = { index: 0, startMs: startedAtMs + 500, durationMs: 6_000, bytes: 1 };
    await recordings.addSegments([
      { runId: `r-${deviceId}`, segment: { ...segment, sha256: 'a'.repeat(64), holes: [] } },
    ]);
  }
});
afterEach(() => harness.close());

describe('the ledger of a session', () => {
  it('accounts for every moment up to what is durable', async () => {
    const { status, body } = await harness.send('cora', 'GET', '/sessions/of-desk/ledger');
    expect(status).toBe(200);
    expect(sessionLedger.parse(body)).toEqual({
      sessionId: 'of-desk',
      startedAtMs: NOW_MS - 10_000,
      endedAtMs: null,
      asOfMs: NOW_MS - 3_500,
      tracks: [
        {
          trackId: 'display-1',
          label: 'Screen',
          recordedMs: 6_000,
          missingMs: 500,
          spans: [
            { state: 'missing', fromMs: NOW_MS - 10_000, toMs: NOW_MS - 9_500, reason: 'starting' },
            { state: 'recorded', fromMs: NOW_MS - 9_500, toMs: NOW_MS - 3_500, source: 'live' },
          ],
        },
      ],
    });
  });

  it.each([
    ['owen', 'of-rival', 200],
    ['cora', 'of-rival', 404],
    ['cora', 'of-nobody', 404],
    ['eve', 'of-desk', 404],
    ['sam', 'of-desk', 403],
    [undefined, 'of-desk', 401],
  ] as const)('is told to %s as far as the role reaches (%s: %d)', async (person, sessionId, status) => {
    const answer = await harness.send(person, 'GET', `/sessions/${sessionId}/ledger`);
    expect(answer.status).toBe(status);
  });
});
