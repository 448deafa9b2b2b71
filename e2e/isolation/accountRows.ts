import { expect } from '@jest/globals';
import { accountList } from '@sightline/shared';
import { anywhere, type Cell, type Expect, type Rows } from './httpTable.ts';
import { grantsOf, type Kind } from './kinds.ts';
import { NOTHING, createSecret } from './world.ts';

const MANAGERS: readonly Kind[] = ['owner', 'admin'];
const OWN_COMPANY = ['own-group', 'other-group'];

/** An account of a company: its administrators may, and for those of others it does not exist. */
const ofCompany =
  (success: string): Expect =>
  (kind, place) => {
    if (!MANAGERS.includes(kind)) return '403 forbidden';
    if (place === 'nowhere') return '404 unknown-account';
    return kind === 'owner' || OWN_COMPANY.includes(place) ? success : '404 unknown-account';
  };

/** Owners are answered this; an administrator that; nobody else may manage accounts. */
const byManager =
  (owner: string, admin: string): Expect =>
  (kind) => {
    if (kind === 'owner') return owner;
    return kind === 'admin' ? admin : '403 forbidden';
  };

/** A supervisor of the cell's company; nowhere, there is none. */
async function somebody({ world, place, at }: Cell): Promise<string> {
  return place === 'nowhere' ? NOTHING : (await world.newAccount(grantsOf('supervisor', at))).accountId;
}

const order = (grants: object[]): object => ({
  email: `${createSecret().toLowerCase()}@world.example`,
  name: 'New',
  grants,
});

const beyond = (owner: string): Expect => byManager(owner, '404 unknown-account');

/** Accounts out of an administrator's reach that exist: what is done to them is answered like nothing. */
const outOfReach = (success: string, send: (accountId: string) => object) => [
  {
    name: 'of an owner',
    places: ['own-group'] as const,
    expect: beyond(success),
    send: async ({ world, home }: Cell) =>
      send((await world.newAccount(grantsOf('owner', home.groups[0]))).accountId),
  },
  {
    name: 'with a role in the other company too',
    places: ['own-group'] as const,
    expect: beyond(success),
    send: async ({ world }: Cell) => {
      const grants = world.homes.flatMap(({ groups }) => grantsOf('supervisor', groups[0]));
      return send((await world.newAccount(grants)).accountId);
    },
  },
  {
    name: 'without any role',
    places: ['own-group'] as const,
    expect: beyond(success),
    send: async ({ world }: Cell) => send((await world.newAccount([])).accountId),
  },
];

/** Accounts, managed by others. */
export const accountRows: Rows = {
  'GET /api/v1/accounts': {
    door: 'session',
    cases: [
      {
        places: ['own-group'],
        expect: anywhere(MANAGERS, '200'),
        async send({ world }) {
          // The list must not show administrators whom they share with another company.
          await world.newAccount(world.homes.flatMap(({ groups }) => grantsOf('supervisor', groups[0])));
          return {};
        },
        check(body, { kind, home, actor }) {
          const { accounts } = accountList.parse(JSON.parse(body));
          expect(accounts.map(({ accountId }) => accountId)).toContain(actor.account.accountId);
          if (kind === 'owner') return;
          for (const { grants } of accounts) {
            expect(grants.length).toBeGreaterThan(0);
            expect(new Set(grants.map(({ companyId }) => companyId))).toEqual(new Set([home.companyId]));
          }
        },
      },
    ],
  },
  'POST /api/v1/accounts': {
    door: 'session',
    cases: [
      {
        expect: (kind, place) => {
          if (!MANAGERS.includes(kind)) return '403 forbidden';
          if (kind === 'owner') return place === 'nowhere' ? '400 unknown-company' : '200';
          return OWN_COMPANY.includes(place) ? '200' : '403 beyond-authority';
        },
        send: ({ at }) => ({ body: order(grantsOf('supervisor', at)) }),
      },
      {
        name: 'an owner',
        places: ['own-group'],
        expect: byManager('200', '403 beyond-authority'),
        send: ({ at }) => ({ body: order(grantsOf('owner', at)) }),
      },
      {
        name: 'an owner of one company',
        places: ['own-group'],
        expect: byManager('400 bad-grant', '400 bad-grant'),
        send: ({ at }) => ({ body: order([{ role: 'owner', companyId: at.companyId, groupId: null }]) }),
      },
      {
        name: 'with a role in a group of the other company',
        places: ['own-group'],
        expect: byManager('400 unknown-group', '400 unknown-group'),
        send: ({ at, home, world }) => {
          const { groupId } = world.placeOf(home, 'other-company');
          return { body: order(grantsOf('group-admin', { ...at, groupId })) };
        },
      },
      {
        name: 'with a role in the other company beside one in the own',
        places: ['own-group'],
        expect: byManager('200', '403 beyond-authority'),
        send: ({ at, home, world }) => {
          const elsewhere = grantsOf('supervisor', world.placeOf(home, 'other-company'));
          return { body: order([...grantsOf('supervisor', at), ...elsewhere]) };
        },
      },
    ],
  },
  'PATCH /api/v1/accounts/:accountId': {
    door: 'session',
    cases: [
      {
        expect: ofCompany('200'),
        send: async (cell) => ({ params: { accountId: await somebody(cell) }, body: { name: 'Renamed' } }),
      },
      {
        name: 'into the other company',
        places: ['own-group'],
        expect: byManager('200', '403 beyond-authority'),
        send: async (cell) => {
          const grants = grantsOf('admin', cell.world.placeOf(cell.home, 'other-company'));
          return { params: { accountId: await somebody(cell) }, body: { grants } };
        },
      },
      {
        name: 'oneself to an owner',
        places: ['own-group'],
        expect: byManager('200', '403 beyond-authority'),
        send: ({ actor, at }) => ({
          params: { accountId: actor.account.accountId },
          body: { grants: grantsOf('owner', at) },
        }),
      },
      ...outOfReach('200', (accountId) => ({ params: { accountId }, body: { disabled: true } })),
    ],
  },
  'POST /api/v1/accounts/:accountId/reset-password': {
    door: 'session',
    cases: [
      {
        expect: ofCompany('200'),
        send: async (cell) => ({ params: { accountId: await somebody(cell) } }),
      },
      ...outOfReach('200', (accountId) => ({ params: { accountId } })),
    ],
  },
};
