import { describe, expect, it } from '@jest/globals';
import { figuresOf, firstFrameBreakdown, goalsOf, percentilesOf, type SystemFigures } from './report.ts';

const system = (glassToGlassP95: number, firstFrameP95: number): SystemFigures => ({
  glassToGlassMs: { p50: 1, p95: glassToGlassP95 },
  firstFrameMs: { p50: 1, p95: firstFrameP95 },
});
const met = (sightline: SystemFigures, p2pMs: number, recorderMs: number): boolean[] =>
  goalsOf({ sightline, p2p: system(p2pMs, 0), mediaRecorder: system(recorderMs, 0) }).map((goal) => goal.met);

describe('the goals', () => {
  it('are met at the limit', () => {
    expect(met(system(120, 300), 100, 1_800)).toEqual([true, true, true, true]);
  });

  it('are missed beyond it, each by itself', () => {
    expect(met(system(121, 300), 110, 2_000)).toEqual([false, true, true, true]);
    expect(met(system(120, 300), 99, 2_000)).toEqual([true, false, true, true]);
    expect(met(system(120, 300), 110, 1_700)).toEqual([true, true, false, true]);
    expect(met(system(120, 301), 110, 2_000)).toEqual([true, true, true, false]);
  });

  it('are missed by what was not measured', () => {
    expect(met({ ...system(1, 1), glassToGlassMs: percentilesOf([]) }, 1, 1)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
});

it('counts a picture as late only when it first shows', () => {
  const seen = (frame: number, seenAtMs: number) => ({
    pattern: { frame, wallMs: 1_000 + frame, displayId: 1 },
    width: 1280,
    height: 720,
    seenAtMs,
  });
  const figures = figuresOf({ live: [seen(0, 1_050), seen(0, 1_900), seen(1, 1_081)], firstFrames: [] });
  expect(figures.glassToGlassMs).toEqual({ p50: 50, p95: 80 });
});

it('breaks the first frame down as far as it is known', () => {
  const sample = { paintedMs: 250, anyPictureMs: 30, receivedMs: 230, decodeMs: 8, widthPx: 1280 };
  expect(firstFrameBreakdown([sample])).toMatchObject({
    anyPictureMs: { p50: 30 },
    lastPacketToPaintMs: { p95: 20 },
  });
  expect(firstFrameBreakdown([{ ...sample, receivedMs: undefined }]).lastPacketMs.p50).toBeNaN();
});
