import { describe, expect, it } from '@jest/globals';
import { encodeTrackFolder, type ManifestEntry, type ManifestEvent } from '@sightline/shared';
import { trackFromManifest } from './recordedTrack.ts';

const HASH = '0'.repeat(64);
const FOLDER = encodeTrackFolder({
  companyId: 'c',
  userId: 'u',
  sessionId: 's',
  sessionStartedAtMs: 0,
  trackId: 'display-1',
});

const manifest = (...events: ManifestEvent[]): ManifestEntry[] =>
  events.map((event, at) => ({ ...event, number: at + 1, previousHash: HASH, atMs: at, hash: HASH }));

const run = (runId: string, source: 'live' | 'healed' = 'live', trackId = 'display-1'): ManifestEvent => ({
  type: 'run',
  runId,
  trackId,
  label: 'Screen',
  source,
  codec: 'h264',
  audio: false,
});
const piece = (runId: string, index: number, startMs: number) => ({
  runId,
  trackId: 'display-1',
  index,
  startMs,
  durationMs: 6_000,
  bytes: 1,
  sha256: HASH,
});

describe('a track of a manifest', () => {
  it('has its runs with their segments, what was healed, and what is gone', () => {
    const track = trackFromManifest(
      manifest(
        run('r1'),
        { type: 'segment', ...piece('r1', 0, 0), holes: [] },
        { type: 'segment', ...piece('r1', 1, 6_000), holes: [] },
        { type: 'run-end', runId: 'r1', reason: 'stalled', message: '' },
        run('p1', 'healed'),
        { type: 'heal', ...piece('p1', 0, 12_000), pieceSha256: HASH },
        { type: 'delete', claimId: 'k', cause: 'retention-age', segments: [{ runId: 'r1', index: 0 }] },
      ),
      FOLDER,
    );
    expect(track).toMatchObject({
      folder: FOLDER,
      closed: false,
      runs: [
        {
          folder: `${FOLDER}/r1`,
          source: 'live',
          end: { reason: 'stalled', atMs: 3 },
          segments: [
            { index: 0, deletedAtMs: 6 },
            { index: 1, startMs: 6_000, addedAtMs: 2, deletedAtMs: undefined },
          ],
        },
        { folder: `${FOLDER}/p1`, source: 'healed', segments: [{ startMs: 12_000, addedAtMs: 5 }] },
      ],
    });
  });

  it('is closed when the ledger was entered', () => {
    const entries = manifest(run('r1'), { type: 'ledger', endedAtMs: 9, tracks: [] });
    expect(trackFromManifest(entries, FOLDER)?.closed).toBe(true);
  });

  it('knows nothing of other tracks', () => {
    const entries = manifest(run('r2', 'live', 'display-2'), {
      type: 'segment',
      ...piece('r2', 0, 0),
      trackId: 'display-2',
      holes: [],
    });
    expect(trackFromManifest(entries, FOLDER)).toBeUndefined();
  });
});
