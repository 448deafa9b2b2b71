import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sessionList } from '@sightline/shared';
import { NOW_MS, createAdministrationHarness, type AdministrationHarness } from './administrationHarness.ts';

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
