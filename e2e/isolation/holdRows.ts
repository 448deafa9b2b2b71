import { expect } from '@jest/globals';
import { holdList, placedHold } from '@sightline/shared';
import { COMPANY, foreign, ofCompany, withBody } from './companyTable.ts';
import { inCompany, type Cell, type Rows } from './httpTable.ts';
import type { Kind } from './kinds.ts';
import { NOTHING, createSecret } from './world.ts';

const KEEPERS: readonly Kind[] = ['owner', 'admin', 'compliance'];
const TARGET = { kind: 'company', fromMs: null, toMs: 1 } as const;

/** A hold at the place of the cell; nowhere, there is none. */
const hold = ({ world, place, at }: Cell): Promise<string> =>
  place === 'nowhere' ? Promise.resolve(NOTHING) : world.newHold(at);

/** Legal holds. */
export const holdRows: Rows = {
  [`GET ${COMPANY}/holds`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(KEEPERS, '200'),
        send: async (cell) => {
          await hold(cell);
          return ofCompany(cell);
        },
        check: (body, { at }) => {
          const { holds } = holdList.parse(JSON.parse(body));
          expect(new Set(holds.map(({ companyId }) => companyId))).toEqual(new Set([at.companyId]));
        },
      },
    ],
  },
  [`POST ${COMPANY}/holds`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(KEEPERS, '200'),
        send: (cell) => withBody({ target: TARGET, reason: createSecret() })(cell),
        check: (body, { at }) => expect(placedHold.parse(JSON.parse(body)).companyId).toBe(at.companyId),
      },
      {
        name: 'a session of the other company',
        places: ['own-group'],
        expect: inCompany(KEEPERS, '404 unknown-session'),
        send: async (cell) => {
          const { sessionId } = await cell.world.newSession(foreign(cell).at);
          return withBody({ target: { kind: 'session', sessionId }, reason: 'case 7' })(cell);
        },
      },
    ],
  },
  [`POST ${COMPANY}/holds/:holdId/release`]: {
    door: 'session',
    cases: [
      {
        expect: inCompany(KEEPERS, '200'),
        send: async (cell) => ({
          params: { companyId: cell.at.companyId, holdId: await hold(cell) },
          body: { reason: 'closed' },
        }),
      },
      {
        name: 'a hold of the other company',
        places: ['own-group'],
        expect: inCompany(KEEPERS, '404 unknown-hold'),
        send: async (cell) => ({
          params: { companyId: cell.at.companyId, holdId: await hold(foreign(cell)) },
          body: { reason: 'closed' },
        }),
      },
    ],
  },
};
