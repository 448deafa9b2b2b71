import { expect } from '@jest/globals';
import { companyList, enrolmentTokenList, groupList, newEnrolmentToken } from '@sightline/shared';
import { MACHINE } from './agents.ts';
import {
  COMPANY,
  MANAGERS,
  MEMBERS,
  foreign,
  group,
  groupElsewhere,
  ofCompany,
  shown,
  token,
  withBody,
} from './companyTable.ts';
import { anywhere, everybody, inCompany, type Rows } from './httpTable.ts';
import { createSecret } from './world.ts';

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
        // Whatever a request calls the server, the link leads to its own address.
        check: (body, { world }) =>
          expect(newEnrolmentToken.parse(JSON.parse(body)).link).toContain(`${world.stack.url}/agent/#`),
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
