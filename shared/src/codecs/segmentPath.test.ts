import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { manifestEntry } from '../evidence/manifest.ts';
import { NO_HASH } from '../evidence/digest.ts';
import { recorderCommands } from '../protocol/recorder.ts';
import { hostileText } from './hostileText.ts';
import { encodePathPart } from './pathPart.ts';
import {
  decodeRunFolder,
  decodeSegmentName,
  decodeTrackFolder,
  encodeRunFolder,
  encodeSegmentName,
  encodeTrackFolder,
  PathCodecError,
  encodeSessionFolder,
} from './segmentPath.ts';

const DAY_MS = 86_400_000;
const name = hostileText.filter((text) => encodePathPart(text) !== undefined);
const track = fc.record({
  companyId: name,
  userId: name,
  sessionId: name,
  sessionStartedAtMs: fc.integer({ min: 0, max: Date.UTC(9_999, 11, 31) }),
  trackId: name,
});

describe("a track's folder", () => {
  it('reads back as what was written; of the start, the UTC day remains', () => {
    fc.assert(
      fc.property(track, ({ sessionStartedAtMs, ...names }) => {
        const folder = encodeTrackFolder({ ...names, sessionStartedAtMs });
        expect(decodeTrackFolder(folder)).toEqual({
          ...names,
          sessionDayMs: Math.floor(sessionStartedAtMs / DAY_MS) * DAY_MS,
        });
      }),
    );
  });

  it('never leaves the recordings, whatever the names', () => {
    fc.assert(
      fc.property(track, (location) => {
        const parts = encodeTrackFolder(location).split('/');
        expect(parts).toHaveLength(7);
        for (const part of parts) expect(['', '.', '..']).not.toContain(part);
      }),
    );
  });

  it('spells out where it belongs', () => {
    expect(
      encodeTrackFolder({
        companyId: 'default',
        userId: 'alice@ws-0101',
        sessionId: 's1',
        sessionStartedAtMs: Date.parse('2026-03-01T23:59:59.999Z'),
        trackId: 'display-1',
      }),
    ).toBe('default/alice@ws-0101/2026/03/01/s1/display-1');
  });

  it('cannot be written for an empty name, and says for which', () => {
    const location = { companyId: 'c', userId: '', sessionId: 's', sessionStartedAtMs: 0, trackId: 't' };
    expect(() => encodeTrackFolder(location)).toThrow(PathCodecError);
    expect(() => encodeTrackFolder(location)).toThrow(/user/);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300, Date.UTC(10_000, 0, 1)])(
    'cannot be written for a start at %d, and says so',
    (sessionStartedAtMs) => {
      const location = { companyId: 'c', userId: 'u', sessionId: 's', sessionStartedAtMs };
      expect(() => encodeSessionFolder(location)).toThrow(PathCodecError);
    },
  );

  it('can be written for whatever a run may be ordered for, or a manifest say that it is of', () => {
    const startRun = recorderCommands['start-run'].request.pick({
      companyId: true,
      userId: true,
      sessionId: true,
      sessionStartedAtMs: true,
    });
    const chained = { number: 1, previousHash: NO_HASH, hash: NO_HASH, atMs: 0 };
    const begin = { type: 'begin', version: 1, recorderId: 'r', userName: '', hostName: '', ...chained };
    const startMs = fc.oneof(fc.double({ min: 0 }), fc.constantFrom(0, Date.UTC(10_000, 0, 1)));
    const text = fc.oneof(fc.constantFrom('c', '', '!'.repeat(86)), hostileText);
    fc.assert(
      fc.property(text, text, text, startMs, (companyId, userId, sessionId, sessionStartedAtMs) => {
        const session = { companyId, userId, sessionId, sessionStartedAtMs };
        const ordered = startRun.safeParse(session).data;
        if (ordered !== undefined) expect(encodeSessionFolder(ordered).split('/')).toHaveLength(6);
        const { data: told } = manifestEntry.safeParse({ ...begin, ...session });
        if (told?.type === 'begin') expect(encodeSessionFolder(told)).toBe(encodeSessionFolder(session));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '',
    'c/u/2026/03/01/s',
    'c/u/2026/03/01/s/t/more',
    '/c/u/2026/03/01/s/t',
    'c/u/2026/03/01/s/t/',
    'c/../2026/03/01/s/t',
    'c/%2e%2e/2026/03/01/s/t',
    'c/u/2026/02/30/s/t',
    'c/u/2026/13/01/s/t',
    'c/u/2026/3/1/s/t',
    'c/u/26/03/01/s/t',
    'c/u/2026/03/01/s\\x/t',
  ])('is not read from %j', (folder) => {
    expect(decodeTrackFolder(folder)).toBeUndefined();
  });
});

describe("a run's folder", () => {
  it('reads back as what was written', () => {
    fc.assert(fc.property(name, (runId) => expect(decodeRunFolder(encodeRunFolder(runId))).toBe(runId)));
  });
});

describe("a segment's name", () => {
  const segment = fc.record({
    index: fc.integer({ min: 0, max: 999_999_999_999 }),
    startMs: fc.integer({ min: 0, max: 99_999_999_999_999 }),
    durationMs: fc.integer({ min: 0, max: 999_999_999_999 }),
  });

  it('reads back as what was written', () => {
    fc.assert(fc.property(segment, (one) => expect(decodeSegmentName(encodeSegmentName(one))).toEqual(one)));
  });

  it('sorts as its index does, up to a million', () => {
    expect([9, 10, 999_999].map((index) => encodeSegmentName({ index, startMs: 1, durationMs: 1 }))).toEqual([
      '000009-0000000000001-1.ts',
      '000010-0000000000001-1.ts',
      '999999-0000000000001-1.ts',
    ]);
  });

  it.each([
    '',
    'index.ts',
    '0-1772366400000-6000.ts',
    '000000-1772366400000-6000.mp4',
    '000000-1772366400000--1.ts',
    '0000000-1772366400000-6000.ts',
    '000000-1772366400000-06000.ts',
    '../000000-1772366400000-6000.ts',
    '000000-1772366400000-6000.ts\n',
  ])('is not read from %j', (text) => {
    expect(decodeSegmentName(text)).toBeUndefined();
  });
});
