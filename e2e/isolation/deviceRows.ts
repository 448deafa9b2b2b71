import { expect } from '@jest/globals';
import { deviceList, idleAlertList } from '@sightline/shared';
import {
  COMPANY,
  MANAGERS,
  MEMBERS,
  VIEWERS,
  device,
  foreign,
  groupElsewhere,
  ofCompany,
  shown,
} from './companyTable.ts';
import { inCompany, mayBeShown, type Rows } from './httpTable.ts';

/** Devices of a company, and how long nobody touched them. */
export const deviceRows: Rows = {
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
};
