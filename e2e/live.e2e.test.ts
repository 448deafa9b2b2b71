import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reportFigures } from './harness/figures.ts';
import { summariseLatency, summariseOrder, type SeenFrameSample } from './harness/frameSummary.ts';
import {
  findSession,
  playback,
  press,
  recordedRun,
  type Dashboard,
  type SharedScreen,
} from './harness/product.ts';
import { openScene, type Scene } from './harness/scene.ts';
import type { Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';
import { probeVideo, type RecordedFrameSample } from './harness/videoProbe.ts';

let scene: Scene;
let stack: Stack;
let screen: SharedScreen;
let dashboard: Dashboard;

beforeAll(async () => {
  scene = await openScene();
  ({ stack, screen, dashboard } = scene);
});

afterAll(() => scene.close());

const watching = (samples: readonly SeenFrameSample[]) =>
  samples.filter(({ pattern }) => pattern !== undefined);

describe('a real screen', () => {
  it('is on the wall, with the numbers that were measured', async () => {
    await dashboard.tile('ann');
    const tile = dashboard.page.getByTestId('tile');
    await until(
      'latency and frame rate on the tile',
      async () =>
        Number(await tile.getAttribute('data-latency-ms')) > 0 &&
        Number(await tile.getAttribute('data-fps')) > 0,
      { timeoutMs: 10_000 },
    );
    expect(Number(await tile.getAttribute('data-latency-ms'))).toBeLessThan(1_000);
    expect(Number(await tile.getAttribute('data-bitrate-bps'))).toBeGreaterThan(0);
  });

  it('is watched live: every picture that arrives can be read, in order, well under a second behind', async () => {
    const probe = await dashboard.focus('ann');
    await probe.takeUntil(
      'the first full picture',
      ({ width, pattern }) => width === 1280 && pattern !== undefined,
      20_000,
    );
    const samples: SeenFrameSample[] = [];
    await until(
      '150 pictures',
      async () => {
        samples.push(...(await probe.take()));
        return samples.length >= 150;
      },
      { timeoutMs: 30_000 },
    );
    const summary = summariseLatency(samples);
    reportFigures('live', summary);
    expect(summary.decodedRatio).toBeGreaterThan(0.98);
    expect(summary.outOfOrder).toBe(0);
    expect(summary.p95Ms).toBeLessThan(1_000);
    expect(new Set(watching(samples).map(({ pattern }) => pattern?.displayId))).toEqual(new Set([1]));

    const shown = await dashboard.page.getByTestId('focus').getAttribute('data-latency-ms');
    expect(Math.abs(Number(shown) - summary.p50Ms)).toBeLessThan(150);
    await probe.close();
  });

  it('tells the person that somebody watches', async () => {
    await until(
      'the notice',
      async () => (await screen.agentPage.getByTestId('viewers').textContent())?.includes('1'),
      { timeoutMs: 5_000 },
    );
  });

  it('is recorded: what is on disk shows every frame, at the right wall-clock time', async () => {
    await recordedRun(stack, screen.sessionId, { recordedMs: 18_000 });
    await press(screen.agentPage, 'stop');
    const session = await until(
      'the end of the session',
      async () => {
        const found = await findSession(stack, screen.sessionId);
        return found.endedAtMs !== null && found.tracks[0]?.runs.every((run) => run.endedAtMs !== null)
          ? found
          : undefined;
      },
      { timeoutMs: 20_000 },
    );
    const { playlistUrl } = await playback(stack, screen.sessionId);
    const playlist = await (await fetch(playlistUrl)).text();
    const frames: RecordedFrameSample[] = [];
    for await (const frame of probeVideo(playlistUrl)) frames.push(frame);
    const summary = summariseOrder(frames);
    const startMs = Date.parse(/#EXT-X-PROGRAM-DATE-TIME:(.*)/.exec(playlist)?.[1] ?? '');
    const offsetsMs = frames.flatMap(({ pattern, ptsS }) =>
      pattern === undefined ? [] : [startMs + (ptsS - (frames[0]?.ptsS ?? 0)) * 1_000 - pattern.wallMs],
    );
    const shownAtMs = frames.flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern.wallMs]));
    const coveredMs = (shownAtMs.at(-1) ?? 0) - (shownAtMs[0] ?? 0);
    const recordedMs = session.tracks[0]?.runs.reduce((sum, run) => sum + run.recordedMs, 0) ?? 0;
    reportFigures('recorded', {
      ...summary,
      coveredMs,
      recordedMs,
      offsetMs: [Math.min(...offsetsMs), Math.max(...offsetsMs)],
    });
    expect(playlist).toContain('#EXT-X-ENDLIST');
    expect(summary.decodedRatio).toBeGreaterThan(0.98);
    expect(summary.outOfOrder).toBe(0);
    expect(coveredMs).toBeGreaterThan(17_000);
    expect(Math.abs(coveredMs - recordedMs)).toBeLessThan(1_000);
    expect(Math.max(...offsetsMs.map(Math.abs))).toBeLessThan(500);
  });
});
