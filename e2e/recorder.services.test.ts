import { appendFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeRunFolder, encodeSegmentName, encodeTrackFolder } from '@sightline/shared';
import { signMediaToken } from '@sightline/shared/node';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { isAlive, run, type Proc } from './harness/proc.ts';
import { recordingFfmpegs } from './harness/processes.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { startFakeSfu, type FakeSfu } from './recorder/fakeSfu.ts';
import { RECORDER_SECRET, startRecorder as startRecorderProc } from './recorder/startRecorder.ts';

let cleanup: Cleanup;
let data: TempDir;
let sfu: FakeSfu;

beforeEach(async () => {
  cleanup = createCleanup();
  data = cleanup.use(await createTempDir('recorder'));
  sfu = cleanup.use(await startFakeSfu());
});

afterEach(() => cleanup.close());

const startRecorder = (): Promise<Proc> => startRecorderProc({ cleanup, sfu, dataDir: data.path });

/** What the ledger may be wrong by. */
const ACCURACY_MS = 100;

/** A segment starts when its key frame would have arrived had it been as quick as the quickest: not later than it did. */
function expectMapped(startMs: number, arrivedAtMs: number | undefined, lateMs = 1): void {
  expect(startMs).toBeLessThanOrEqual((arrivedAtMs ?? NaN) + lateMs);
  expect(startMs).toBeGreaterThan((arrivedAtMs ?? NaN) - 1_000);
}

const trackFolder = (): string => encodeTrackFolder(sfu.track);

async function playlistUrl(): Promise<string> {
  const token = await signMediaToken(
    RECORDER_SECRET,
    { kind: 'tracks', folders: [trackFolder()] },
    Date.now() + 60_000,
  );
  return `${sfu.mediaBaseUrl}/media/playlist/${Date.now()}.m3u8?token=${token}`;
}

/** Fetches all segments of the playlist into one file: a player would wait at the end of a track that may go on. */
async function download(): Promise<string> {
  const url = await playlistUrl();
  const playlist = await (await fetch(url)).text();
  const file = join(data.path, 'download.ts');
  await writeFile(file, '');
  for (const row of playlist.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
    const segment = await fetch(new URL(row, url));
    expect(segment.status).toBe(200);
    await appendFile(file, Buffer.from(await segment.arrayBuffer()));
  }
  return file;
}

/** Decodes everything behind a URL or in a file, as a player would, and counts the pictures. */
async function decodedFrames(url: string): Promise<number> {
  const out = await run('ffprobe', [
    ...['-v', 'error', '-count_frames', '-select_streams', 'v:0'],
    ...['-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0', url],
  ]);
  expect(out).not.toMatch(/error|invalid|missing/i);
  return Number(out.trim().split('\n')[0]);
}

describe('a recorder with a real ffmpeg', () => {
  it('makes segments durable, announces them without a hole, plays them, and acknowledges a stop last', async () => {
    await startRecorder();
    const recorded = await sfu.startRun('H264');
    await until('three segments', () => recorded.segments.length >= 3, { timeoutMs: 15_000 });
    expect(await (await fetch(await playlistUrl())).text()).toContain('#EXT-X-PLAYLIST-TYPE:EVENT');

    await recorded.relay.close();
    const sentUntilMs = Date.now();
    await sfu.command('stop-run', { runId: recorded.runId });
    const announcedAtAck = recorded.segments.length;
    const { segments, keyFramesAtMs } = recorded;

    expect(segments.map((segment) => segment.index)).toEqual(segments.map((_, at) => at));
    for (const [at, segment] of segments.entries()) {
      expectMapped(segment.startMs, keyFramesAtMs[at]);
      const next = segments[at + 1];
      if (next !== undefined) expect(segment.startMs + segment.durationMs).toBe(next.startMs);
      const path = join(
        data.path,
        'recordings',
        trackFolder(),
        encodeRunFolder(recorded.runId),
        encodeSegmentName(segment),
      );
      expect((await stat(path)).size).toBe(segment.bytes);
    }
    const last = segments.at(-1);
    expect(sentUntilMs - ((last?.startMs ?? 0) + (last?.durationMs ?? 0))).toBeLessThan(300);

    const url = await playlistUrl();
    const playlist = await (await fetch(url)).text();
    expect(playlist).toContain('#EXT-X-PLAYLIST-TYPE:VOD');
    expect(playlist.trimEnd().endsWith('#EXT-X-ENDLIST')).toBe(true);
    const totalMs = segments.reduce((sum, segment) => sum + segment.durationMs, 0);
    expect(Math.abs((await decodedFrames(url)) - (totalMs * 30) / 1_000)).toBeLessThanOrEqual(3);
    expect(recorded.segments).toHaveLength(announcedAtAck);
    expect(recorded.end).toBeUndefined();
    expect(await recordingFfmpegs(data.path)).toEqual([]);
  });

  it('gives everything up to the last second, and leaves no orphan, when it is killed', async () => {
    const first = await startRecorder();
    const recorded = await sfu.startRun('H264');
    await until('two segments', () => recorded.segments.length >= 2, { timeoutMs: 15_000 });
    await delay(1_000);
    const [orphan = 0] = await recordingFfmpegs(data.path);
    const announcedAtKill = recorded.segments.length;
    const killedAtMs = Date.now();
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    recorded.relay.flowing = false;
    expect(await isAlive(orphan)).toBe(true);

    await startRecorder();
    expect(await isAlive(orphan)).toBe(false);
    const segments = await until(
      'the tail',
      () => {
        const all = sfu.segmentsOf(recorded.runId);
        const last = all.at(-1);
        return last !== undefined && last.startMs + last.durationMs > killedAtMs - 1_000 && all;
      },
      { timeoutMs: 5_000 },
    );
    for (const [at, segment] of segments.entries()) {
      // That the last key frames came more quickly than any before died with the recorder.
      const lateMs = at < announcedAtKill ? undefined : ACCURACY_MS;
      expectMapped(segment.startMs, recorded.keyFramesAtMs[at], lateMs);
    }
    const totalMs = segments.reduce((sum, segment) => sum + segment.durationMs, 0);
    expect(Math.abs((await decodedFrames(await download())) - (totalMs * 30) / 1_000)).toBeLessThanOrEqual(3);

    const successor = await sfu.startRun('H264');
    await until('a segment of the next run', () => successor.segments.length > 0, { timeoutMs: 15_000 });
    expect(await (await fetch(await playlistUrl())).text()).toContain('#EXT-X-DISCONTINUITY\n');
  });

  it('reports a run as stalled once if packets go out to it and nothing is written', async () => {
    await startRecorder();
    const recorded = await sfu.startRun('H264');
    await until('a segment', () => recorded.segments.length > 0, { timeoutMs: 15_000 });
    recorded.relay.swallow = true;
    const end = await until('the end of the run', () => recorded.end, { timeoutMs: 12_000 });
    expect(end.reason).toBe('stalled');
    expect(await recordingFfmpegs(data.path)).toEqual([]);
  });

  it('takes a static screen for what it is', async () => {
    await startRecorder();
    const recorded = await sfu.startRun('H264');
    await until('a segment', () => recorded.segments.length > 0, { timeoutMs: 15_000 });
    recorded.relay.flowing = false;
    await delay(9_000);
    expect(recorded.end).toBeUndefined();
    recorded.relay.flowing = true;
    const before = recorded.segments.length;
    await until('the next segment', () => recorded.segments.length > before, { timeoutMs: 10_000 });
    recorded.relay.flowing = false;
    await delay(1_500);
    const untilMs = Date.now();
    await sfu.command('stop-run', { runId: recorded.runId, untilMs });
    const last = recorded.segments.at(-1);
    expect((last?.startMs ?? 0) + (last?.durationMs ?? 0)).toBe(untilMs);
  });

  it('ends its runs when the sfu is gone, and announces their tails when it is back', async () => {
    await startRecorder();
    const recorded = await sfu.startRun('H264');
    await until('a segment', () => recorded.segments.length > 0, { timeoutMs: 15_000 });
    const announcedAtLoss = sfu.segmentsOf(recorded.runId).length;
    const lostAtMs = Date.now();
    sfu.disconnect();
    await until(
      'the tail',
      () => {
        const segments = sfu.segmentsOf(recorded.runId);
        const last = segments.at(-1);
        return (
          segments.length > announcedAtLoss &&
          last !== undefined &&
          last.startMs + last.durationMs > lostAtMs - 1_000
        );
      },
      { timeoutMs: 15_000 },
    );
    expect(await recordingFfmpegs(data.path)).toEqual([]);
    expect(recorded.end).toBeUndefined();
  });

  it('reports an ffmpeg that dies, with the data it had', async () => {
    await startRecorder();
    const recorded = await sfu.startRun('H264');
    await until('a segment', () => recorded.segments.length > 0, { timeoutMs: 15_000 });
    const [pid = 0] = await recordingFfmpegs(data.path);
    const killedAtMs = Date.now();
    process.kill(pid, 'SIGKILL');
    const end = await until('the end of the run', () => recorded.end, { timeoutMs: 5_000 });
    expect(end).toMatchObject({ reason: 'ffmpeg-exited', message: expect.stringContaining('SIGKILL') });
    const last = recorded.segments.at(-1);
    expect((last?.startMs ?? 0) + (last?.durationMs ?? 0)).toBeGreaterThan(killedAtMs - 1_000);
  });

  it('transcodes VP8 and says so', async () => {
    const recorder = await startRecorder();
    const recorded = await sfu.startRun('VP8');
    await until('two segments', () => recorded.segments.length >= 2, { timeoutMs: 20_000 });
    await sfu.command('stop-run', { runId: recorded.runId });
    expect(recorder.tail()).toContain('VP8 is transcoded');
    for (const [at, segment] of recorded.segments.entries()) {
      expectMapped(segment.startMs, recorded.keyFramesAtMs[at]);
    }
    expect(await decodedFrames(await playlistUrl())).toBeGreaterThan(90);
  });

  it('refuses what it cannot do with a code', async () => {
    await startRecorder();
    await expect(sfu.command('stop-run', { runId: 'nobody' })).rejects.toMatchObject({ code: 'unknown-run' });
    await expect(
      sfu.command('start-run', {
        ...sfu.track,
        runId: 'av1',
        rtpParameters: { codecs: [{ mimeType: 'video/AV1', payloadType: 96, clockRate: 90_000 }] },
      }),
    ).rejects.toMatchObject({ code: 'unsupported-codec' });
    await expect(
      sfu.command('start-run', { ...sfu.track, runId: '', rtpParameters: { codecs: [] } }),
    ).rejects.toMatchObject({
      code: 'bad-payload',
    });
  });
});
