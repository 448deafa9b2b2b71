import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fakeRun } from './fakeTrack.ts';
import { buildPlaylist, isOver, TARGET_DURATION_S } from './playlist.ts';
import type { RecordedRun, RecordedTrack } from './recordedTrack.ts';
import { layOut } from './timeline.ts';

const NOW_MS = 1_700_000_000_000;

const build = (runs: readonly RecordedRun[], over: boolean): string =>
  buildPlaylist({
    timeline: layOut([{ folder: 't', runs, closed: false }], { asOfMs: NOW_MS }, TARGET_DURATION_S * 1_000),
    over,
    segmentUrl: ({ runFolder, name }) => `${runFolder}/${name.index}.ts`,
  });

describe('a playlist', () => {
  it('has the tags that RFC 8216 wants, and the wall time of every segment', () => {
    expect(build([fakeRun('a', NOW_MS, [6_000, 5_990])], true)).toBe(
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

  it('stays open while something is to come', () => {
    const playlist = build([fakeRun('a', 0, [6_000])], false);
    expect(playlist).toContain('#EXT-X-PLAYLIST-TYPE:EVENT');
    expect(playlist).not.toContain('#EXT-X-ENDLIST');
  });

  it('marks where the media does not go on', () => {
    const playlist = build([fakeRun('a', 0, [1_000]), fakeRun('b', 9_000, [1_000])], true);
    expect(playlist.match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(1);
    expect(playlist.indexOf('#EXT-X-DISCONTINUITY\n')).toBeGreaterThan(playlist.indexOf('a/0.ts'));
  });

  it('lets no segment exceed the target', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(90_000)), (durationsMs) => {
        for (const [, seconds] of build([fakeRun('a', 0, durationsMs)], true).matchAll(/#EXTINF:([\d.]+),/g))
          expect(Math.round(Number(seconds))).toBeLessThanOrEqual(TARGET_DURATION_S);
      }),
    );
  });
});

describe('a track', () => {
  const trackOf = (change: Partial<RecordedRun>, closed = false): RecordedTrack => ({
    folder: 't',
    runs: [fakeRun('a', 0, [6_000], change)],
    closed,
  });
  const over = (track: RecordedTrack, recording = false, range?: { fromMs: number; toMs: number }): boolean =>
    isOver(track, { recording, nowMs: NOW_MS, range });
  const ended = (reason: 'stopped' | 'stalled', agoMs: number): Partial<RecordedRun> => ({
    end: { reason, atMs: NOW_MS - agoMs },
  });

  it('is open while a run goes on, and for a minute after one that nobody stopped', () => {
    expect(over(trackOf({}), true)).toBe(false);
    expect(over(trackOf(ended('stopped', 0)))).toBe(true);
    expect(over(trackOf(ended('stalled', 30_000)))).toBe(false);
    expect(over(trackOf(ended('stalled', 60_000)))).toBe(true);
  });

  it('is open while a run has no end: it goes on, or a killed recorder left it to be adopted', () => {
    expect(over(trackOf({}))).toBe(false);
    const stoppedBefore = fakeRun('b', -6_000, [6_000], ended('stopped', 70_000));
    expect(over({ ...trackOf({}), runs: [stoppedBefore, ...trackOf({}).runs] })).toBe(false);
    expect(over(trackOf({}, true))).toBe(true);
  });

  it('is over when its session is, unless it was taken up again', () => {
    expect(over(trackOf(ended('stalled', 0), true))).toBe(true);
    expect(over(trackOf(ended('stalled', 0), true), true)).toBe(false);
  });

  it('is over for a range that it has passed', () => {
    expect(over(trackOf({}), true, { fromMs: 0, toMs: 6_000 })).toBe(true);
    expect(over(trackOf({}), true, { fromMs: 0, toMs: 6_001 })).toBe(false);
  });
});
