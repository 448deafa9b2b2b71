import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeRunFolder, encodeSegmentName, encodeTrackFolder } from '@sightline/shared';
import { signMediaToken } from '@sightline/shared/node';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { reportFigures } from './harness/figures.ts';
import { parsePlaylist, type Playlist } from './harness/playlist.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { startFakeSfu, type FakeSfu, type RecordedRun } from './recorder/fakeSfu.ts';
import { readPacketTimes } from './recorder/packetTimes.ts';
import { RECORDER_SECRET, startRecorder } from './recorder/startRecorder.ts';

const DAY_MS = 86_400_000;
/** How long before midnight the session begins: the recorder starts meanwhile. */
const BEFORE_MS = 7_000;
const ACCURACY_MS = 100;
const FRAME_MS = 33;

let cleanup: Cleanup;
let data: TempDir;
let sfu: FakeSfu;
let midnightMs: number;

beforeEach(async () => {
  cleanup = createCleanup();
  data = cleanup.use(await createTempDir('midnight'));
  midnightMs = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
  sfu = cleanup.use(await startFakeSfu({ clockAheadMs: midnightMs - BEFORE_MS - Date.now() }));
  await startRecorder({ cleanup, sfu, dataDir: data.path });
});

afterEach(() => cleanup.close());

async function playlistOf(range: { fromMs: number; toMs: number }): Promise<Playlist> {
  const grant = { kind: 'tracks' as const, folders: [encodeTrackFolder(sfu.track)], range };
  const token = await signMediaToken(RECORDER_SECRET, grant, Date.now() + 60_000);
  const answer = await fetch(`${sfu.mediaBaseUrl}/media/playlist/${Date.now()}.m3u8?token=${token}`);
  return parsePlaylist(await answer.text());
}

/** When the pictures of a finished run were at the sfu, found out from the files alone. */
async function wallTimes({ runId, segments }: RecordedRun): Promise<number[]> {
  const folder = join(data.path, 'recordings', encodeTrackFolder(sfu.track), encodeRunFolder(runId));
  const files = segments.map((segment) => join(folder, encodeSegmentName(segment)));
  const times = await readPacketTimes(files, 'v');
  return times.map((timeMs) => (segments[0]?.startMs ?? NaN) + timeMs - (times[0] ?? NaN));
}

describe('a session across midnight (UTC)', () => {
  it('is one session of the day of its start, and both days play their part of it', async () => {
    const run = await sfu.startRun('H264');
    const endOf = (segment: { startMs: number; durationMs: number } | undefined): number =>
      (segment?.startMs ?? 0) + (segment?.durationMs ?? 0);
    await until('a segment of the next day', () => endOf(run.segments.at(-1)) > midnightMs + 2_000, {
      timeoutMs: BEFORE_MS + 15_000,
    });
    await run.relay.close();
    await sfu.command('stop-run', { runId: run.runId });
    const { companyId, sessionId, sessionStartedAtMs } = sfu.track;
    expect(sessionStartedAtMs).toBeLessThan(midnightMs);

    const [user = ''] = await readdir(join(data.path, 'recordings', companyId));
    const days = await readdir(join(data.path, 'recordings', companyId, user), { recursive: true });
    expect(days.filter((path) => path.endsWith(sessionId))).toEqual([
      join(new Date(sessionStartedAtMs).toISOString().slice(0, 10).replaceAll('-', '/'), sessionId),
    ]);

    const yesterday = await playlistOf({ fromMs: midnightMs - DAY_MS, toMs: midnightMs });
    const today = await playlistOf({ fromMs: midnightMs, toMs: midnightMs + DAY_MS });
    expect(yesterday.segments.every(({ startMs }) => startMs < midnightMs)).toBe(true);
    expect(today.segments.every((segment) => endOf(segment) > midnightMs)).toBe(true);
    const listed = new Map([...yesterday.segments, ...today.segments].map((each) => [each.startMs, each]));
    expect([...listed.keys()]).toEqual(run.segments.map(({ startMs }) => startMs));
    expect(yesterday.segments.length + today.segments.length - listed.size).toBeLessThanOrEqual(1);

    const times = (await wallTimes(run)).toSorted((a, b) => a - b);
    const before = times.filter((timeMs) => timeMs < midnightMs);
    const after = times.filter((timeMs) => timeMs >= midnightMs);
    const shownMs = [
      [before[0], yesterday.segments[0]?.startMs],
      [(after.at(-1) ?? NaN) + FRAME_MS, endOf(today.segments.at(-1))],
      [run.keyFramesAtMs[0], run.segments[0]?.startMs],
    ];
    reportFigures('recorderMidnight', {
      before: before.length,
      after: after.length,
      offMs: shownMs.map(([is = NaN, listedMs = NaN]) => is - listedMs),
    });
    for (const [is = NaN, listedMs = NaN] of shownMs)
      expect(Math.abs(is - listedMs)).toBeLessThan(ACCURACY_MS);
    const pauses = times.slice(1).map((timeMs, at) => timeMs - (times[at] ?? NaN));
    expect(Math.max(...pauses)).toBeLessThan(ACCURACY_MS);
  });
});
