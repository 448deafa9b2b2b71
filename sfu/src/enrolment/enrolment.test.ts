import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_RETENTION, type AuditEntry, type Device } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { NOBODY } from '../audit/actors.ts';
import { createAuditLog } from '../audit/auditLog.ts';
import { createAuditRepository } from '../db/audit.ts';
import { openSqliteDatabase, type Database } from '../db/database.ts';
import { createDevicesRepository, type DevicesRepository } from '../db/devices.ts';
import { createOrganisationRepository } from '../db/organisation.ts';
import { createThrottle } from '../identity/throttle.ts';
import { createEnrolment, type Enrolling } from './enrolment.ts';
import { createSecret, hashSecret } from '../identity/secrets.ts';

const ADDRESS = '192.0.2.7';
const ADMIN = { actor: { kind: 'account', id: 'a1', name: 'Ada' }, address: ADDRESS } as const;
const machine = { userName: 'ann', hostName: 'desk', os: 'Linux' };

let database: Database;
let devices: DevicesRepository;
let clock: ManualClock;
let enrolling: Enrolling;
let enrolled: Device[];

beforeEach(async () => {
  database = await openSqliteDatabase(':memory:');
  devices = createDevicesRepository(database);
  clock = createManualClock(1_000);
  enrolled = [];
  let ids = 0;
  await createOrganisationRepository(database).addCompany({
    companyId: 'acme',
    name: 'Acme',
    idleThresholdMs: 600_000,
    retention: DEFAULT_RETENTION,
    createdAtMs: 1,
  });
  enrolling = createEnrolment({
    devices,
    presence: { deviceEnrolled: (device) => enrolled.push(device) },
    auditLog: createAuditLog({
      repository: createAuditRepository(database),
      clock,
      logger: createLogger('test', 'silent'),
    }),
    throttle: createThrottle(clock, { free: 3, firstWaitMs: 1_000, longestWaitMs: 1_000 }),
    publicOrigin: 'https://sightline.example',
    newId: () => `id-${(ids += 1)}`,
    clock,
  });
});

afterEach(() => database.destroy());

const createToken = (uses = 1) =>
  enrolling.createToken({ companyId: 'acme', groupId: null, lifetimeMs: 60_000, uses }, ADMIN);
const audited = (companyId: string | null): Promise<AuditEntry[]> =>
  createAuditRepository(database).read(companyId, 0, 100);
const REFUSED = { ok: false, error: { code: 'unknown-token' } };

describe('a token', () => {
  it('comes with a link that keeps the secret from servers and logs', async () => {
    const { token, secret, link } = await createToken();
    expect(new URL(link)).toMatchObject({
      origin: 'https://sightline.example',
      pathname: '/agent/',
      search: '',
      hash: `#enrol=${secret}`,
    });
    expect(token).toEqual({
      tokenId: 'id-1',
      companyId: 'acme',
      groupId: null,
      createdAtMs: 1_000,
      expiresAtMs: 61_000,
      usesLeft: 1,
    });
  });

  it('is exchanged for a credential, of which only the hash is kept', async () => {
    const { secret } = await createToken();
    const answer = await enrolling.enrol({ secret, machine }, ADDRESS);
    expect(answer).toMatchObject({ ok: true, value: { deviceId: 'id-2', deviceName: 'desk' } });
    if (!answer.ok) throw new Error('it was refused');
    const { credential } = answer.value;
    await expect(devices.findByCredential(hashSecret(credential))).resolves.toMatchObject({
      deviceId: 'id-2',
      companyId: 'acme',
      userId: 'ann@desk',
    });
    expect(enrolled.map(({ deviceId }) => deviceId)).toEqual(['id-2']);
    expect(JSON.stringify(await audited('acme'))).not.toMatch(new RegExp(`${secret}|${credential}`));
  });

  it('is good for its number of uses, also if they come all at once', async () => {
    const { secret } = await createToken(2);
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => enrolling.enrol({ secret, machine }, ADDRESS)),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(2);
    expect(answers).toContainEqual(REFUSED);
    expect(enrolled.map(({ userId }) => userId).sort()).toEqual(['ann@desk', 'ann@desk-2']);
  });

  it('is refused once it has expired', async () => {
    const { secret } = await createToken();
    clock.advance(60_000);
    await expect(enrolling.enrol({ secret, machine }, ADDRESS)).resolves.toEqual(REFUSED);
  });
});

describe('failures', () => {
  it.each([createSecret(), 'nonsense'])('are put on record, without the secret (%s)', async (secret) => {
    await expect(enrolling.enrol({ secret, machine }, ADDRESS)).resolves.toEqual(REFUSED);
    await expect(audited(null)).resolves.toMatchObject([
      {
        action: 'enrolment-failed',
        actor: NOBODY,
        address: ADDRESS,
        details: { userName: 'ann', hostName: 'desk' },
      },
    ]);
    expect(JSON.stringify(await audited(null))).not.toContain(secret);
  });

  it('slow their address down, and no other', async () => {
    const { secret } = await createToken();
    for (let failure = 0; failure < 3; failure += 1) {
      await enrolling.enrol({ secret: createSecret(), machine }, ADDRESS);
    }
    await expect(enrolling.enrol({ secret, machine }, ADDRESS)).resolves.toEqual({
      ok: false,
      error: { code: 'throttled', waitMs: 1_000 },
    });
    await expect(audited(null)).resolves.toHaveLength(3);
    await expect(enrolling.enrol({ secret, machine }, '192.0.2.8')).resolves.toMatchObject({ ok: true });
  });

  it('are not what successes are taken for', async () => {
    const { secret } = await createToken(10);
    for (let success = 0; success < 10; success += 1) {
      await expect(enrolling.enrol({ secret, machine }, ADDRESS)).resolves.toMatchObject({ ok: true });
    }
  });
});

describe('what happened', () => {
  it('is on record with who did it', async () => {
    const { secret } = await createToken();
    await enrolling.enrol({ secret, machine }, ADDRESS);
    await expect(audited('acme')).resolves.toMatchObject([
      {
        action: 'enrolment-token-created',
        actor: ADMIN.actor,
        address: ADDRESS,
        details: { tokenId: 'id-1', groupId: null, expiresAtMs: 61_000, uses: 1 },
      },
      {
        action: 'device-enrolled',
        actor: { kind: 'device', id: 'id-2', name: 'desk' },
        details: { userId: 'ann@desk', groupId: null },
      },
    ]);
  });
});
