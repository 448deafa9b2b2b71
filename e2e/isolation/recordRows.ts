import { expect } from '@jest/globals';
import {
  auditEntry,
  auditPage,
  exportList,
  playbackGrants,
  recorderList,
  sessionList,
} from '@sightline/shared';
import {
  anywhere,
  inCompany,
  mayBeShown,
  ofGroup,
  type Case,
  type Cell,
  type Expect,
  type Row,
  type Rows,
} from './httpTable.ts';
import type { Kind } from './kinds.ts';
import { NOTHING, type Recorded } from './world.ts';

const AUDITORS: readonly Kind[] = ['owner', 'admin', 'compliance'];
const RECORDINGS: readonly Kind[] = [...AUDITORS, 'group-admin', 'group-compliance'];

/** The chain of a company: for who may audit some company, the others' do not exist. */
const chain: Expect = (kind, place) => {
  if (!AUDITORS.includes(kind)) return '403 forbidden';
  if (place === 'nowhere') return '404 unknown-company';
  return place === 'other-company' && kind !== 'owner' ? '404 unknown-company' : '200';
};

const ofChain = (check: (body: string, companyId: string | null) => void): Case[] => [
  {
    places: ['own-group', 'other-company', 'nowhere'],
    expect: chain,
    send: ({ at }) => ({ query: { companyId: at.companyId } }),
    check: (body, { at }) => check(body, at.companyId),
  },
  {
    name: 'of no company',
    places: ['own-group'],
    expect: anywhere(['owner'], '200'),
    check: (body) => check(body, null),
  },
  {
    name: 'of a company whose id is empty',
    places: ['own-group'],
    expect: anywhere(AUDITORS, '400 bad-request'),
    send: () => ({ query: { companyId: '' } }),
  },
];

const session = async ({ world, place, at }: Cell) =>
  place === 'nowhere'
    ? { sessionId: NOTHING, trackId: 'display-1', runId: NOTHING, userId: NOTHING }
    : world.newSession(at);

const playTrack = ({ sessionId, trackId }: Recorded) => ({ kind: 'session', sessionId, trackId });

/** What its token opens: the recorder's tests show that it opens nothing else. */
const playable = (body: string, { at }: Cell): void => {
  const { playlistUrl, thumbnailsUrl } = playbackGrants.parse(JSON.parse(body));
  for (const url of [playlistUrl, thumbnailsUrl]) {
    const [, claims = ''] = new URL(url).searchParams.get('token')?.split('.') ?? [];
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      opens: { kind: 'tracks', folders: [expect.stringContaining(`${at.companyId}/`)] },
    });
  }
};

const exportOf = ({ at }: Cell, userId: string) => ({
  companyId: at.companyId,
  from: { kind: 'user', userId },
  fromMs: 0,
  toMs: 7 * 86_400_000,
  output: { kind: 'video', trackId: 'display-1' },
});

/** What is asked of one export: company-wide roles only. */
const ofExport = (success: string): Row => ({
  door: 'session',
  cases: [
    {
      places: ['own-group', 'other-company', 'nowhere'],
      expect: (kind, place) => {
        if (!AUDITORS.includes(kind)) return '403 forbidden';
        const known = place === 'own-group' || (place === 'other-company' && kind === 'owner');
        return known ? success : '404 unknown-export';
      },
      send: async ({ world, place, at }) => ({
        params: { exportId: place === 'nowhere' ? NOTHING : await world.newExport(at) },
      }),
    },
  ],
});

const listed = (body: string): string[] =>
  sessionList.parse(JSON.parse(body)).sessions.map(({ sessionId }) => sessionId);

/** What is on record: sessions, and who did what. */
export const recordRows: Rows = {
  'GET /api/v1/sessions': {
    door: 'session',
    cases: [
      {
        places: ['own-group'],
        expect: anywhere(RECORDINGS, '200'),
        check(body, { kind, home, world }) {
          const expected = world.homes
            .flatMap(({ groups }) => groups)
            .filter((group) => mayBeShown(kind, home, group))
            .map(({ groupId }) => world.sessions.get(groupId));
          const fromTheStart = new Set(world.sessions.values());
          expect(
            listed(body)
              .filter((id) => fromTheStart.has(id))
              .toSorted(),
          ).toEqual(expected.toSorted());
        },
      },
      {
        name: 'of one company',
        places: ['own-group', 'other-company', 'nowhere'],
        expect: anywhere(RECORDINGS, '200'),
        send: ({ at }) => ({ query: { companyId: at.companyId } }),
        check(body, { kind, home, at }) {
          expect(listed(body).length > 0).toBe(at.companyId !== NOTHING && mayBeShown(kind, home, at));
        },
      },
    ],
  },
  'GET /api/v1/sessions/:sessionId': {
    door: 'session',
    cases: [
      {
        expect: ofGroup(RECORDINGS, '200', '404 unknown-session'),
        send: async (cell) => ({ params: { sessionId: (await session(cell)).sessionId } }),
      },
    ],
  },
  'GET /api/v1/sessions/:sessionId/ledger': {
    door: 'session',
    cases: [
      {
        expect: ofGroup(RECORDINGS, '200', '404 unknown-session'),
        send: async (cell) => ({ params: { sessionId: (await session(cell)).sessionId } }),
      },
    ],
  },
  'POST /api/v1/playback': {
    door: 'session',
    cases: [
      {
        expect: ofGroup(RECORDINGS, '200', '404 unknown-session'),
        send: async (cell) => ({ body: playTrack(await session(cell)) }),
        check: playable,
      },
      {
        name: 'a track that the session has not',
        expect: ofGroup(RECORDINGS, '404 unknown-track', '404 unknown-session'),
        send: async (cell) => ({ body: { ...playTrack(await session(cell)), trackId: 'display-2' } }),
      },
      {
        name: 'a track that is a way out of the folder',
        places: ['own-group'],
        expect: anywhere(RECORDINGS, '400 bad-request'),
        send: async (cell) => ({ body: { ...playTrack(await session(cell)), trackId: '../..' } }),
      },
      {
        name: 'of a user, across sessions',
        expect: ofGroup(RECORDINGS, '200', '404 nothing-recorded'),
        send: async (cell) => {
          const { userId, trackId } = await session(cell);
          const { companyId } = cell.at;
          const range = { fromMs: 0, toMs: 7 * 86_400_000 };
          return { body: { kind: 'range', companyId, userId, trackId, ...range } };
        },
        check: playable,
      },
    ],
  },
  'GET /api/v1/recorders': {
    door: 'session',
    cases: [
      {
        places: ['own-group'],
        expect: anywhere(AUDITORS, '200'),
        check: (body) =>
          expect(
            recorderList.parse(JSON.parse(body)).recorders.map(({ recorderId }) => recorderId),
          ).toContain('recorder'),
      },
    ],
  },
  'GET /api/v1/storage-problems': {
    door: 'session',
    cases: [{ places: ['own-group'], expect: anywhere(RECORDINGS, '200') }],
  },
  // What the log holds, the unit tests show: here, nothing was sealed yet.
  'GET /api/v1/companies/:companyId/seals': {
    door: 'session',
    cases: [
      {
        places: ['own-group', 'other-company', 'nowhere'],
        expect: inCompany(AUDITORS, '200'),
        send: ({ at }) => ({ params: { companyId: at.companyId } }),
      },
    ],
  },
  'POST /api/v1/exports': {
    door: 'session',
    cases: [
      {
        // Nothing is recorded here, so nobody gets further than this; the unit tests show who does.
        expect: anywhere(AUDITORS, '404 nothing-recorded'),
        send: async (cell) => ({ body: exportOf(cell, (await session(cell)).userId) }),
      },
      {
        name: 'of no time at all',
        places: ['own-group'],
        expect: anywhere(AUDITORS, '400 bad-range'),
        send: (cell) => ({ body: { ...exportOf(cell, NOTHING), toMs: 0 } }),
      },
    ],
  },
  'GET /api/v1/exports': {
    door: 'session',
    cases: [
      {
        places: ['own-group'],
        expect: anywhere(AUDITORS, '200'),
        check(body, { kind, home, world }) {
          const shown = exportList.parse(JSON.parse(body)).exports.map(({ companyId }) => companyId);
          const companies =
            kind === 'owner' ? world.homes.map(({ companyId }) => companyId) : [home.companyId];
          expect(companies).toEqual(expect.arrayContaining([...new Set(shown)]));
        },
      },
    ],
  },
  'GET /api/v1/exports/:exportId': ofExport('200'),
  'DELETE /api/v1/exports/:exportId': ofExport('204'),
  'POST /api/v1/exports/:exportId/download': ofExport('409 export-not-done'),
  'GET /api/v1/audit': {
    door: 'session',
    cases: ofChain((body, companyId) => {
      const { entries } = auditPage.parse(JSON.parse(body));
      expect(new Set(entries.map((entry) => entry.companyId))).toEqual(new Set([companyId]));
    }),
  },
  'GET /api/v1/audit/export': {
    door: 'session',
    cases: ofChain((body, companyId) => {
      const entries = body.trimEnd().split('\n');
      expect(new Set(entries.map((line) => auditEntry.parse(JSON.parse(line)).companyId))).toEqual(
        new Set([companyId]),
      );
    }),
  },
  'GET /api/v1/audit/export.csv': {
    door: 'session',
    cases: ofChain((body, companyId) => {
      const [, ...lines] = body.trimEnd().split('\r\n');
      expect(new Set(lines.map((line) => line.split(',')[1]))).toEqual(new Set([`"${companyId ?? ''}"`]));
    }),
  },
};
