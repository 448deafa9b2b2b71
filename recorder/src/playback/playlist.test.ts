import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RunIndexLine } from '../store/runIndex.ts';
import { buildPlaylist, TARGET_DURATION_S, type PlayableRun } from './playlist.ts';

const NOW_MS = 1_700_000_000_000;

const run = (
  folder: string,
  startMs: number,
  durationsMs: readonly number[],
  end?: Partial<RunIndexLine>,
): PlayableRun => {
  let atMs = startMs;
  const lines: RunIndexLine[] = durationsMs.map((durationMs, index) => {
    atMs += durationMs;
    return { type: 'segment', index, startMs: atMs - durationMs, durationMs, bytes: 1 };
  });
  if (end !== undefined)
    lines.push({ type: 'end', reason: 'stopped', message: '', atMs, ...end } as RunIndexLine);
  return { folder, lines };
};

const build = (runs: readonly PlayableRun[], recording = false, nowMs = NOW_MS): string =>
  buildPlaylist({
    runs,
    recording,
    nowMs,
    segmentUrl: (folder, segment) => `${folder}/${segment.index}.ts`,
  });

const urls = (playlist: string): string[] => playlist.split('\n').filter((row) => row.endsWith('.ts'));

describe('the playlist of a track', () => {
  it('has the tags that RFC 8216 wants, and the wall time of every segment', () => {
    expect(build([run('a', NOW_MS, [6_000, 5_990], {})])).toBe(
      [
        '#EXTM3U',
        '#EXT-X-VERSION:6',
        '#EXT-X-TARGETDURATION:30',
        '#EXT-X-MEDIA-SEQUENCE:0',
        '#EXT-X-PLAYLIST-TYPE:VOD',
        '#EXT-X-INDEPENDENT-SEGMENTS',
        '#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:20.000Z',
        '#EXTINF:6.000,',
        'a/0.ts',
        '#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:26.000Z',
        '#EXTINF:5.990,',
        'a/1.ts',
        '#EXT-X-ENDLIST',
        '',
      ].join('\n'),
    );
  });

  it('puts runs in order of wall time, with a discontinuity between those that hold anything', () => {
    const playlist = build([
      run('late', 50_000, [1_000]),
      run('empty', 20_000, []),
      run('early', 1_000, [1_000]),
    ]);
    expect(urls(playlist)).toEqual(['early/0.ts', 'late/0.ts']);
    expect(playlist.match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(1);
    expect(playlist.indexOf('#EXT-X-DISCONTINUITY\n')).toBeGreaterThan(playlist.indexOf('early/0.ts'));
  });

  it('lets no segment exceed the target, and begins anew behind a silence', () => {
    const playlist = build([run('a', 0, [6_000, 70_000, 6_000])]);
    expect(playlist).toContain('#EXTINF:30.000,\na/1.ts\n#EXT-X-DISCONTINUITY\n');
  });

  it('is open while a run goes on, and for a minute after one that nobody stopped', () => {
    const ended = (reason: 'stopped' | 'stalled', agoMs: number): boolean =>
      build([run('a', 0, [6_000], { reason, atMs: NOW_MS - agoMs })]).includes('#EXT-X-ENDLIST');
    expect(build([run('a', 0, [6_000])], true)).toContain('#EXT-X-PLAYLIST-TYPE:EVENT');
    expect(ended('stopped', 0)).toBe(true);
    expect(ended('stalled', 30_000)).toBe(false);
    expect(ended('stalled', 60_000)).toBe(true);
  });

  it('only ever grows at its end while a track is recorded, however many runs it takes', () => {
    const durations = fc.array(fc.integer({ min: 1, max: 90_000 }), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(durations, { maxLength: 5 }), (plan) => {
        let atMs = 0;
        const runs = plan.map((durationsMs, at) => {
          const made = run(`r${at}`, atMs, durationsMs);
          atMs += durationsMs.reduce((sum, ms) => sum + ms, 0) + 1_000;
          return made;
        });
        let before = '';
        for (const [at, { folder, lines }] of runs.entries()) {
          for (let count = 0; count <= lines.length; count += 1) {
            const now = build([...runs.slice(0, at), { folder, lines: lines.slice(0, count) }], true);
            expect(now.startsWith(before)).toBe(true);
            before = now;
          }
        }
        for (const [, seconds] of before.matchAll(/#EXTINF:([\d.]+),/g)) {
          expect(Math.round(Number(seconds))).toBeLessThanOrEqual(TARGET_DURATION_S);
        }
      }),
    );
  });
});
