import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { DEFAULT_RETENTION, type Device, type Grant } from '@sightline/shared';
import {
  createAccountsRepository,
  createDevicesRepository,
  createExportsRepository,
  createHoldsRepository,
  createIdleAlertsRepository,
  createOrganisationRepository,
  createRecordingsRepository,
  openDatabase,
  type AccountRecord,
} from '@sightline/sfu/db';
import type { Closable } from '../harness/cleanup.ts';
import { SFU_SECRETS, type Stack } from '../harness/stack.ts';
import type { Place, PlaceName } from './kinds.ts';

const HOUR_MS = 3_600_000;

/** The password of every account in the world. */
export const PASSWORD = SFU_SECRETS.SIGHTLINE_OWNER_PASSWORD;

/** Lists show the newest first, and so many: what cells make must not push out what was there from the start. */
const LONG_AGO_MS = 86_400_000;

/** An id that nothing has. */
export const NOTHING = 'no-such-thing';

/** A company with two groups, and a device and a recorded session in each. */
export interface HomeCompany {
  readonly companyId: string;
  readonly groups: readonly [own: Place, other: Place];
}

/** Where a device is; in no group, too. */
export interface DevicePlace {
  readonly companyId: string;
  readonly groupId: string | null;
}

/** A recorded session. */
export interface Recorded {
  readonly sessionId: string;
  readonly trackId: string;
  readonly runId: string;
  readonly userId: string;
}

/** A device and what it shows at the door. */
export interface Enrolled {
  readonly device: Device;
  readonly credential: string;
}

/** Two companies on a running server, and whatever else a cell needs, put straight into its database. */
export interface World extends Closable {
  readonly stack: Stack;
  readonly homes: readonly [HomeCompany, HomeCompany];
  /** Sessions that were there from the start, by the group of their device. */
  readonly sessions: ReadonlyMap<string, string>;
  /** Devices that were idle at the start, with their group. */
  readonly idleDevices: ReadonlyMap<string, string>;
  /** What a place is called from somebody's home. */
  placeOf(home: HomeCompany, place: PlaceName): Place;
  newGroup(at: Place): Promise<string>;
  newToken(at: DevicePlace): Promise<{ tokenId: string; secret: string }>;
  newDevice(at: DevicePlace): Promise<Enrolled>;
  newSession(at: Place, startedAtMs?: number): Promise<Recorded>;
  /** An export of the place's company that waits for a recorder; its id. */
  newExport(at: Place): Promise<string>;
  /** Places a legal hold on what was recorded before 1970 was a millisecond old: nothing. */
  newHold(at: Place): Promise<string>;
  newAccount(grants: Grant[], change?: Partial<AccountRecord>): Promise<AccountRecord>;
  /** Signs an account in. Returns the cookie header. */
  newLogin(account: AccountRecord, lifetimeMs?: number): Promise<string>;
}

/** What a home is called in the names of cells. */
export const nameOf = (world: World, home: HomeCompany): string => (home === world.homes[0] ? 'one' : 'two');

/** A secret as credentials, enrolment tokens and cookies are. */
export const createSecret = (): string => randomBytes(32).toString('base64url');
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Fills a server with two companies. */
export async function createWorld(stack: Stack): Promise<World> {
  const database = await openDatabase({
    dataDir: stack.dataDir,
    url: undefined,
    logger: { warn: () => undefined },
  });
  const accounts = createAccountsRepository(database);
  const devices = createDevicesRepository(database);
  const exports = createExportsRepository(database);
  const idleAlerts = createIdleAlertsRepository(database);
  const organisation = createOrganisationRepository(database);
  const holds = createHoldsRepository(database);
  const recordings = createRecordingsRepository(database);
  const cookieName = (await stack.signIn()).cookie().name;
  const passwordHash = (await accounts.findByEmail(SFU_SECRETS.SIGHTLINE_OWNER_EMAIL))?.passwordHash ?? null;

  const newGroup = async ({ companyId }: Place): Promise<string> => {
    const groupId = randomUUID();
    await organisation.addGroup({ groupId, companyId, name: groupId });
    return groupId;
  };
  const newToken = async ({
    companyId,
    groupId,
  }: DevicePlace): Promise<{ tokenId: string; secret: string }> => {
    const secret = createSecret();
    const tokenId = randomUUID();
    const createdAtMs = Date.now();
    await devices.addEnrolmentToken({
      tokenId,
      companyId,
      groupId,
      createdAtMs,
      expiresAtMs: createdAtMs + HOUR_MS,
      usesLeft: 1,
      secretHash: hashOf(secret),
      createdBy: 'the world',
    });
    return { tokenId, secret };
  };
  const newDevice = async (at: DevicePlace): Promise<Enrolled> => {
    const { secret } = await newToken(at);
    const credential = createSecret();
    const deviceId = randomUUID();
    const device = await devices.enrol(hashOf(secret), Date.now(), {
      deviceId,
      name: 'desk',
      userId: `ann@${deviceId}`,
      credentialHash: hashOf(credential),
      enrolledAtMs: Date.now(),
    });
    if (device === undefined) throw new Error('a device was to be enrolled');
    return { device, credential };
  };
  const newSession = async (at: Place, startedAtMs = LONG_AGO_MS): Promise<Recorded> => {
    const { device } = await newDevice(at);
    const recorded = {
      sessionId: randomUUID(),
      trackId: 'display-1',
      runId: randomUUID(),
      userId: device.userId,
    };
    await recordings.addSession({
      sessionId: recorded.sessionId,
      companyId: at.companyId,
      deviceId: device.deviceId,
      userId: device.userId,
      userName: 'ann',
      hostName: 'desk',
      startedAtMs,
    });
    await recordings.addRun({ ...recorded, label: 'Display 1', source: 'live', startedAtMs });
    return recorded;
  };
  const newExport = async ({ companyId }: Place): Promise<string> => {
    const exportId = randomUUID();
    await exports.add([
      {
        exportId,
        companyId,
        from: { kind: 'user', userId: 'ann' },
        fromMs: 0,
        toMs: 1,
        output: { kind: 'video', trackId: 'display-1' },
        requestedBy: { accountId: 'somebody', name: 'Somebody' },
        requestedAtMs: Date.now(),
        recorderId: 'recorder',
        elsewhere: [],
        state: 'queued',
        progress: 0,
        message: null,
        bytes: null,
        finishedAtMs: null,
      },
    ]);
    return exportId;
  };
  const newHome = async (name: string): Promise<HomeCompany> => {
    const companyId = randomUUID();
    await organisation.addCompany({
      companyId,
      name,
      idleThresholdMs: 600_000,
      retention: DEFAULT_RETENTION,
      createdAtMs: Date.now(),
    });
    const own = { companyId, groupId: await newGroup({ companyId, groupId: '' }) };
    const other = { companyId, groupId: await newGroup(own) };
    return { companyId, groups: [own, other] };
  };

  const homes = [await newHome('One'), await newHome('Two')] as const;
  const sessions = new Map<string, string>();
  const idleDevices = new Map<string, string>();
  for (const at of homes.flatMap(({ groups }) => groups)) {
    sessions.set(at.groupId, (await newSession(at, Date.now())).sessionId);
    const { deviceId } = (await newDevice(at)).device;
    idleDevices.set(deviceId, at.groupId);
    await idleAlerts.add({
      alertId: randomUUID(),
      companyId: at.companyId,
      clientId: deviceId,
      idleSinceMs: Date.now(),
      raisedAtMs: Date.now(),
    });
  }

  return {
    stack,
    homes,
    sessions,
    idleDevices,
    newGroup,
    newToken,
    newDevice,
    newSession,
    newExport,
    placeOf(home, place) {
      const [one, two] = homes;
      const foreign = home === one ? two : one;
      switch (place) {
        case 'own-group':
          return home.groups[0];
        case 'other-group':
          return home.groups[1];
        case 'other-company':
          return foreign.groups[0];
        case 'nowhere':
          return { companyId: NOTHING, groupId: NOTHING };
      }
    },
    async newHold({ companyId }) {
      const holdId = randomUUID();
      await holds.place({
        holdId,
        companyId,
        target: { kind: 'company', fromMs: null, toMs: 1 },
        reason: 'case 7',
        placedBy: { accountId: randomUUID(), name: 'Somebody' },
        placedAtMs: Date.now(),
        released: null,
      });
      return holdId;
    },
    async newAccount(grants, change = {}) {
      const accountId = randomUUID();
      const account: AccountRecord = {
        accountId,
        email: `${accountId}@world.example`,
        name: 'Somebody',
        passwordHash,
        mustChangePassword: false,
        totpSecret: null,
        totpLastStep: null,
        oidcSubject: null,
        disabled: false,
        createdAtMs: Date.now(),
        grants,
        ...change,
      };
      await accounts.add(account);
      return account;
    },
    async newLogin({ accountId }, lifetimeMs = HOUR_MS) {
      const token = createSecret();
      const nowMs = Date.now();
      await accounts.addSession({
        sessionHash: hashOf(token),
        tokenHash: hashOf(token),
        previousHash: null,
        accountId,
        createdAtMs: nowMs,
        lastUsedAtMs: nowMs,
        expiresAtMs: nowMs + lifetimeMs,
        address: '127.0.0.1',
      });
      return `${cookieName}=${token}`;
    },
    close: () => database.destroy(),
  };
}
