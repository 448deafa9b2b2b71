import { resolve, sep } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PathCodecError, encodeTrackFolder } from '@sightline/shared';
import { hostileText } from '@sightline/shared/testing/names';
import fc from 'fast-check';
import { runFolderOf } from '../store/runFolder.ts';
import { mediaPaths, parseMediaPath } from './mediaPath.ts';

const ROOT = '/data/recordings';
const RUNS = { numRuns: 2_000 };
const name = fc.oneof(hostileText, fc.constantFrom('thumbnails', 'playlist', '1-1.jpg'));
const run = fc.record({
  companyId: name,
  userId: name,
  sessionId: name,
  sessionStartedAtMs: fc.integer({ min: 0, max: Date.UTC(9_999, 11, 31) }),
  trackId: name,
  runId: name,
});
const segment = fc.record({
  index: fc.nat(),
  startMs: fc.integer({ min: 0, max: 1e13 }),
  durationMs: fc.nat(),
});
const PLAIN = 'c/u/2026/01/01/s/d/r/000000-1700000000000-6000.ts'.split('/');
const hostilePart = fc.oneof(
  name,
  name.map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom('..', '%2e%2e', '%2E%2E%2F..', '%252e', '%5C', '', 'thumbnails', '1-1.jpg'),
);
/** As somebody may ask for it who writes addresses by hand: some names are others than they should be. */
const anyPath = fc
  .tuple(...PLAIN.map((plain) => fc.oneof({ weight: 5, arbitrary: fc.constant(plain) }, hostilePart)))
  .map((parts) => parts.join('/'));

/** Undefined if one of its names can be no part of a path. */
const folderOrNone = <T>(build: () => T): T | undefined => {
  try {
    return build();
  } catch (error) {
    if (error instanceof PathCodecError) return undefined;
    throw error;
  }
};

describe('the path of media', () => {
  it('means the segment that it was made for, whatever its company, user, session and display are called', () => {
    fc.assert(
      fc.property(run, segment, (place, known) => {
        const runFolder = folderOrNone(() => runFolderOf(place));
        if (runFolder === undefined) return;
        const path = mediaPaths.segment({ runFolder, name: known });
        expect(path).toMatch(/^[\w.@%/-]*$/);
        const trackFolder = encodeTrackFolder(place);
        expect(parseMediaPath(path)).toEqual({ kind: 'segment', trackFolder, runFolder, name: known });
      }),
      RUNS,
    );
  });

  it('means the pictures that it was made for', () => {
    fc.assert(
      fc.property(run, fc.nat(), fc.nat(), (place, asOfMs, number) => {
        const trackFolder = folderOrNone(() => encodeTrackFolder(place));
        if (trackFolder === undefined) return;
        const path = mediaPaths.sprite(trackFolder, asOfMs, number);
        expect(parseMediaPath(path)).toEqual({ kind: 'sprite', trackFolder, asOfMs, number });
      }),
      RUNS,
    );
  });

  it('leads nowhere but below the recordings, whoever writes it', () => {
    let found = 0;
    fc.assert(
      fc.property(anyPath, (path) => {
        const media = parseMediaPath(path);
        if (media === undefined || !('trackFolder' in media)) return;
        found += 1;
        const folder = media.kind === 'segment' ? media.runFolder : media.trackFolder;
        expect(resolve(ROOT, folder)).toBe(`${ROOT}${sep}${folder}`);
      }),
      RUNS,
    );
    expect(found).toBeGreaterThan(RUNS.numRuns / 10);
  });

  it.each([
    '../c/2026/01/01/s/d/r/000000-1700000000000-6000.ts',
    'c/u/2026/01/01/s/d/../000000-1700000000000-6000.ts',
    'c/u/2026/01/01/s/d/%2E%2E/000000-1700000000000-6000.ts',
    'c/u/2026/01/01/s/d%2Fr/000000-1700000000000-6000.ts',
    'c/u/2026/01/01/s/d/r/..%2F000000-1700000000000-6000.ts',
    'c/u/2026/01/01/s/d/r/000000-1700000000000-6000.ts%00',
    'c/u/2026/01/01/s/d/%/000000-1700000000000-6000.ts',
    'c/u/2026/01/01/s/%5C/thumbnails/1-1.jpg',
  ])('is not read from %j', (path) => {
    expect(parseMediaPath(path)).toBeUndefined();
  });
});
