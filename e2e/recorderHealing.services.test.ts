import { readFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeRunFolder, encodeSegmentName, encodeTrackFolder, type Interval } from '@sightline/shared';
import type { UploadOrder } from '@sightline/shared/node';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import type { Proc } from './harness/proc.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { probeVideo } from './harness/videoProbe.ts';
import { writePatternVideo, type PatternVideo } from './pattern/patternVideo.ts';
import { startFakeSfu, type FakeSfu } from './recorder/fakeSfu.ts';
import { startRecorder } from './recorder/startRecorder.ts';
import { pieceOf, upload } from './recorder/upload.ts';

const LENGTH_MS = 20_000;
const FRAME_MS = 40;

let cleanup: Cleanup;
let data: TempDir;
let sfu: FakeSfu;
let recorder: Proc;
let fromMs: number;

beforeEach(async () => {
  cleanup = createCleanup();
  data = cleanup.use(await createTempDir('healing'));
  sfu = cleanup.use(await startFakeSfu());
  recorder = await startRecorder({ cleanup, sfu, dataDir: data.path });
  fromMs = sfu.track.sessionStartedAtMs + 60_000;
});

afterEach(() => cleanup.close());

async function film(change: Partial<PatternVideo> = {}): Promise<Buffer> {
  const path = join(data.path, 'film');
  await writePatternVideo({
    ...{ path, fromMs, lengthMs: LENGTH_MS, framesPerSecond: 25, keyEveryMs: 2_000, format: 'h264-mp4' },
    ...change,
  });
  return readFile(path);
}
/** Where the first movie fragment begins that lies so far into a film. */
const fragmentAfter = (whole: Buffer, offset: number): number => whole.indexOf('moof', offset) - 4;

const gap = (from: number, to: number): Interval => ({ fromMs: fromMs + from, toMs: fromMs + to });

async function outcomeOf({ pieceId }: UploadOrder): Promise<{ outcome: string; message: string }> {
  const { outcome, message } = await until(
    'the end of a piece',
    () => sfu.healing.outcomes.find((one) => one.pieceId === pieceId),
    { timeoutMs: 30_000 },
  );
  return { outcome, message };
}

/** When the pictures of a piece's segments were painted, by segment; each must begin and end where its name says. */
async function expectPictures({ pieceId }: UploadOrder, gaps: readonly Interval[]): Promise<void> {
  const folder = join(data.path, 'recordings', encodeTrackFolder(sfu.track), encodeRunFolder(pieceId));
  const segments = sfu.segmentsOf(pieceId);
  expect((await readdir(folder)).sort()).toEqual(segments.map(encodeSegmentName).sort());
  for (const segment of segments) {
    const painted: number[] = [];
    for await (const { pattern } of probeVideo(join(folder, encodeSegmentName(segment))))
      if (pattern !== undefined) painted.push(pattern.wallMs);
    expect(Math.abs((painted[0] ?? 0) - segment.startMs)).toBeLessThanOrEqual(FRAME_MS);
    const endMs = segment.startMs + segment.durationMs;
    expect(Math.abs((painted.at(-1) ?? 0) + FRAME_MS - endMs)).toBeLessThanOrEqual(FRAME_MS);
    expect(painted).toHaveLength(new Set(painted).size);
    expect(Math.abs(painted.length - segment.durationMs / FRAME_MS)).toBeLessThanOrEqual(1);
  }
  for (const { fromMs: begin, toMs: end } of gaps) {
    const inside = segments.filter(({ startMs }) => startMs >= begin - FRAME_MS && startMs < end);
    expect(Math.abs((inside[0]?.startMs ?? 0) - begin)).toBeLessThanOrEqual(FRAME_MS);
    for (const [at, { startMs, durationMs }] of inside.entries())
      expect(startMs + durationMs).toBe(inside[at + 1]?.startMs ?? end);
  }
}

describe('what an agent recorded itself', () => {
  it.each<[string, Partial<PatternVideo>]>([
    ['H.264, which is copied', {}],
    ['H.264 with one key frame', { keyEveryMs: LENGTH_MS }],
    ['VP8', { format: 'vp8-webm' }],
  ])('fills gaps to the frame, wherever they begin and end: %s', async (_what, change) => {
    const content = await film(change);
    const order = pieceOf(sfu, content, { fromMs, toMs: fromMs + LENGTH_MS });
    sfu.healing.gaps = [gap(0, 4_320), gap(6_480, 17_000), gap(18_040, LENGTH_MS)];
    await upload(sfu, order, content);
    expect(await outcomeOf(order)).toEqual({ outcome: 'healed', message: '' });
    await expectPictures(order, sfu.healing.gaps);
    await until('nothing left of the upload', async () => (await uploads()).length === 0, {
      timeoutMs: 5_000,
    });
  });

  it.each([
    ['in a picture', 1_000],
    ['in the header of a fragment', 100],
  ])('is used as far as it can be read if it is torn %s', async (_where, bytesLeft) => {
    const whole = await film({ keyEveryMs: 1_000 });
    const content = whole.subarray(0, fragmentAfter(whole, whole.length * 0.6) + bytesLeft);
    const order = pieceOf(sfu, content, { fromMs, toMs: fromMs + LENGTH_MS });
    sfu.healing.gaps = [gap(0, LENGTH_MS)];
    await upload(sfu, order, content);
    expect(await outcomeOf(order)).toMatchObject({ outcome: 'healed' });
    const last = sfu.segmentsOf(order.pieceId).at(-1);
    const endMs = (last?.startMs ?? 0) + (last?.durationMs ?? 0) - fromMs;
    expect(endMs).toBeGreaterThan(8_000);
    expect(endMs).toBeLessThan(14_000);
    await expectPictures(order, [gap(0, endMs)]);
  });

  it('is unusable, with a reason, if it is no film at all', async () => {
    const content = Buffer.from('not a film '.repeat(1_000));
    const order = pieceOf(sfu, content, { fromMs, toMs: fromMs + LENGTH_MS });
    sfu.healing.gaps = [gap(0, LENGTH_MS)];
    await upload(sfu, order, content);
    expect(await outcomeOf(order)).toEqual({
      outcome: 'unusable',
      message: expect.stringContaining('no picture'),
    });
    expect(recorder.tail()).toContain('piece-unusable');
  });

  it.each([
    [
      'HLS',
      (path: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:20\n#EXTINF:20,\nfile://${path}\n#EXT-X-ENDLIST\n`,
    ],
    [
      'DASH',
      (path: string) =>
        `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
        profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" mediaPresentationDuration="PT20S"><Period>
        <AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1000">
        <BaseURL>file://${path}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
    ],
  ])('is unusable if it is a playlist, which would bring in other files: %s', async (_what, naming) => {
    await film();
    const other = join(data.path, 'film.mp4');
    await rename(join(data.path, 'film'), other);
    const content = Buffer.from(naming(other));
    const order = pieceOf(sfu, content, { fromMs, toMs: fromMs + LENGTH_MS });
    sfu.healing.gaps = [gap(0, LENGTH_MS)];
    await upload(sfu, order, content);
    expect(await outcomeOf(order)).toMatchObject({ outcome: 'unusable' });
    expect(sfu.segmentsOf(order.pieceId)).toEqual([]);
  });

  it('comes in once although the recorder is killed in the upload, and again when all has come', async () => {
    const content = await film({ keyEveryMs: LENGTH_MS });
    const order = pieceOf(sfu, content, { fromMs, toMs: fromMs + LENGTH_MS });
    sfu.healing.gaps = [gap(1_000, LENGTH_MS)];
    const half = Math.floor(content.length / 2);
    await upload(sfu, order, content, half);
    await killAndStart();
    expect(await upload(sfu, order, content)).toBe(half);
    await killAndStart();
    expect(await outcomeOf(order)).toEqual({ outcome: 'healed', message: '' });
    await expectPictures(order, sfu.healing.gaps);
    expect(sfu.healing.outcomes).toHaveLength(1);
  });
});

const uploads = async (): Promise<string[]> =>
  (await readdir(join(data.path, 'recorder/uploads'))).filter(
    (name) => !['removed', 'unusable'].includes(name),
  );

async function killAndStart(): Promise<void> {
  process.kill(recorder.pid, 'SIGKILL');
  await recorder.exited;
  recorder = await startRecorder({ cleanup, sfu, dataDir: data.path });
}
