import { expect } from '@jest/globals';
import { companyList, deviceList, enrolmentTokenList, groupList, idleAlertList } from '@sightline/shared';
import { anywhere, everybody, inCompany, mayBeShown, type Cell, type Rows, type Sent } from './httpTable.ts';
import type { Kind, Place } from './kinds.ts';
import { NOTHING, createSecret } from './world.ts';

const COMPANY = '/api/v1/companies/:companyId';
const MANAGERS: readonly Kind[] = ['owner', 'admin'];
const VIEWERS: readonly Kind[] = [...MANAGERS, 'supervisor', 'group-admin', 'group-supervisor'];
const MEMBERS: readonly Kind[] = [...VIEWERS, 'compliance', 'group-compliance'];
const MACHINE = { userName: 'ann', hostName: 'desk', os: 'Linux' };

const ofCompany = ({ at }: Cell): Sent => ({ params: { companyId: at.companyId } });
const withBody =
  (body: object) =>
  (cell: Cell): Sent => ({ ...ofCompany(cell), body });

/** Something made at the place of the cell; nowhere, there is nothing. */
const made = async (cell: Cell, make: (at: Place) => Promise<string>): Promise<string> =>
  cell.place === 'nowhere' ? NOTHING : make(cell.at);
const group = (cell: Cell): Promise<string> => made(cell, (at) => cell.world.newGroup(at));
const token = (cell: Cell): Promise<string> =>
  made(cell, async (at) => (await cell.world.newToken(at)).tokenId);
const device = (cell: Cell): Promise<string> =>
  made(cell, async (at) => (await cell.world.newDevice(at)).device.deviceId);

/** The same, made in the other company, and asked for as if it were of one's own. */
const foreign = (cell: Cell): Cell => ({ ...cell, at: cell.world.placeOf(cell.home, 'other-company') });

const shown =
  (listOf: (body: string) => readonly { companyId: string; groupId?: string | null }[]) =>
  (body: string, { kind, home, at }: Cell): void => {
    const things = listOf(body);
    for (const thing of things) {
      expect(thing.companyId).toBe(at.companyId);
      expect({ thing, shown: mayBeShown(kind, home, thing) }).toEqual({ thing, shown: true });
    }
    // Each group has a device from the start, so whoever may see any sees some.
    expect(things.length).toBeGreaterThan(0);
  };

/** Companies, and what is below them. */
export const companyRows: Rows = {
  'GET /api/v1/companies': {
    door: 'session',
    cases: [
      {
        expect: anywhere(MEMBERS, '200'),
        check(body, { kind, home, world }) {
          const ids = companyList.parse(JSON.parse(body)).companies.map(({ companyId }) => companyId);
          if (kind === 'owner')
            expect(ids).toEqual(expect.arrayContaining(world.homes.map((h) => h.companyId)));
          else expect(ids).toEqual([home.companyId]);
        },
      },
    ],
  },
  'POST /api/v1/companies': {
    door: 'session',
    cases: [{ expect: anywhere(['owner'], '200'), send: () => ({ body: { name: 'Three' } }) }],
  },
  [`PATCH ${COMPANY}`]: {
    door: 'session',
    cases: [{ expect: inCompany(MANAGERS, '200'), send: withBody({ name: 'Renamed' }) }],
  },
  [`GET ${COMPANY}/groups`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(MEMBERS, '200'),
        send: ofCompany,
        check: shown((body) => groupList.parse(JSON.parse(body)).groups),
      },
    ],
  },
  [`POST ${COMPANY}/groups`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(MANAGERS, '200'),
        send: (cell) => withBody({ name: createSecret() })(cell),
      },
    ],
  },
  [`PATCH ${COMPANY}/groups/:groupId`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(MANAGERS, '200'),
        send: async (cell) => ({
          params: { companyId: cell.at.companyId, groupId: await group(cell) },
          body: { name: createSecret() },
        }),
      },
      {
        name: 'a group of the other company',
        places: ['own-group'],
        expect: inCompany(MANAGERS, '404 unknown-group'),
        send: async (cell) => ({
          params: { companyId: cell.at.companyId, groupId: await group(foreign(cell)) },
          body: { name: createSecret() },
        }),
      },
    ],
  },
  [`DELETE ${COMPANY}/groups/:groupId`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(MANAGERS, '204'),
        send: async (cell) => ({ params: { companyId: cell.at.companyId, groupId: await group(cell) } }),
      },
      {
        name: 'a group of the other company',
        places: ['own-group'],
        expect: inCompany(MANAGERS, '404 unknown-group'),
        send: async (cell) => ({
          params: { companyId: cell.at.companyId, groupId: await group(foreign(cell)) },
        }),
      },
    ],
  },
  [`GET ${COMPANY}/devices`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(MEMBERS, '200'),
        send: ofCompany,
        check: shown((body) => deviceList.parse(JSON.parse(body)).devices),
      },
    ],
  },
  [`PATCH ${COMPANY}/devices/:deviceId`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(MANAGERS, '200'),
        send: async (cell) => ({
          params: { companyId: cell.at.companyId, deviceId: await device(cell) },
          body: { name: 'renamed', groupId: cell.at.groupId },
        }),
      },
      {
        name: 'a device of the other company',
        places: ['own-group'],
        expect: inCompany(MANAGERS, '404 unknown-device'),
        send: async (cell) => ({
          params: { companyId: cell.at.companyId, deviceId: await device(foreign(cell)) },
          body: { name: 'taken' },
        }),
      },
      {
        name: 'into a group of the other company',
        places: ['own-group', 'other-company'],
        expect: inCompany(MANAGERS, '400 unknown-group'),
        send: async (cell) => ({
          params: { companyId: cell.at.companyId, deviceId: await device(cell) },
          body: { groupId: groupElsewhere(cell) },
        }),
      },
    ],
  },
  [`POST ${COMPANY}/devices/:deviceId/revoke`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(MANAGERS, '200'),
        send: async (cell) => ({ params: { companyId: cell.at.companyId, deviceId: await device(cell) } }),
      },
      {
        name: 'a device of the other company',
        places: ['own-group'],
        expect: inCompany(MANAGERS, '404 unknown-device'),
        send: async (cell) => ({
          params: { companyId: cell.at.companyId, deviceId: await device(foreign(cell)) },
        }),
      },
    ],
  },
  [`GET ${COMPANY}/idle-alerts`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(VIEWERS, '200'),
        send: ofCompany,
        check(body, { kind, home, world }) {
          for (const { companyId, clientId } of idleAlertList.parse(JSON.parse(body)).alerts) {
            const groupId = world.idleDevices.get(clientId) ?? null;
            expect(mayBeShown(kind, home, { companyId, groupId })).toBe(true);
          }
        },
      },
    ],
  },
  [`GET ${COMPANY}/enrolment-tokens`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(MANAGERS, '200'),
        send: async (cell) => {
          await token(cell);
          return ofCompany(cell);
        },
        check: shown((body) => enrolmentTokenList.parse(JSON.parse(body)).tokens),
      },
    ],
  },
  [`POST ${COMPANY}/enrolment-tokens`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(MANAGERS, '200'),
        send: (cell) => withBody({ groupId: cell.at.groupId, lifetimeMs: 60_000, uses: 1 })(cell),
      },
      {
        name: 'for a group of the other company',
        places: ['own-group', 'other-company'],
        expect: inCompany(MANAGERS, '400 unknown-group'),
        send: (cell) => withBody({ groupId: groupElsewhere(cell), lifetimeMs: 60_000, uses: 1 })(cell),
      },
    ],
  },
  [`DELETE ${COMPANY}/enrolment-tokens/:tokenId`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(MANAGERS, '204'),
        send: async (cell) => ({ params: { companyId: cell.at.companyId, tokenId: await token(cell) } }),
      },
      {
        name: 'a token of the other company',
        places: ['own-group'],
        expect: inCompany(MANAGERS, '404 unknown-token'),
        send: async (cell) => ({
          params: { companyId: cell.at.companyId, tokenId: await token(foreign(cell)) },
        }),
      },
    ],
  },
  'POST /api/v1/enrol': {
    door: 'public',
    cases: [
      {
        places: ['own-group', 'other-group', 'other-company'],
        expect: everybody('200'),
        send: async ({ world, at }) => ({
          body: { secret: (await world.newToken(at)).secret, machine: MACHINE },
        }),
      },
      {
        name: 'with a secret that nobody was given',
        places: ['nowhere'],
        expect: everybody('403 enrolment-refused'),
        send: () => ({ body: { secret: createSecret(), machine: MACHINE } }),
      },
      {
        name: 'with the credential of a device',
        places: ['own-group'],
        expect: everybody('403 enrolment-refused'),
        send: async ({ world, at }) => ({
          body: { secret: (await world.newDevice(at)).credential, machine: MACHINE },
        }),
      },
    ],
  },
};

/** A group of the company that is not the cell's. */
function groupElsewhere({ world, at }: Cell): string {
  const elsewhere = world.homes.find(({ companyId }) => companyId !== at.companyId);
  return elsewhere?.groups[0].groupId ?? NOTHING;
}
