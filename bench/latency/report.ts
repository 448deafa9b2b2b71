import { percentile, summariseLatency } from '@sightline/e2e/harness/frameSummary.ts';
import type { LatencySamples } from './measure.ts';
import type { FirstFrameSample } from './pages/firstFrameProbe.ts';

/** Of a number of times, ms. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** The two figures by which systems are compared. */
export interface SystemFigures {
  /** From a pattern's being drawn on the screen to its being painted at the viewer. */
  readonly glassToGlassMs: Percentiles;
  /** From the click to the first painted frame, on a screen that stands still. */
  readonly firstFrameMs: Percentiles;
}

/** What is aimed at, and whether it was reached. */
export interface Goal {
  readonly goal: string;
  readonly limit: number;
  readonly measured: number;
  readonly met: boolean;
}

/** The figures of all systems, measured in one run. */
export interface AllFigures {
  readonly sightline: SystemFigures;
  readonly p2p: SystemFigures;
  readonly mediaRecorder: SystemFigures;
}

const GLASS_TO_GLASS_LIMIT_MS = 120;
const FIRST_FRAME_LIMIT_MS = 300;
const P2P_FACTOR = 1.2;
const MEDIA_RECORDER_PART = 15;

const roundMs = (ms: number): number => Math.round(ms * 10) / 10;

/** NaN without values, which no goal is met by. */
export function percentilesOf(valuesMs: readonly number[]): Percentiles {
  return { p50: roundMs(percentile(valuesMs, 0.5)), p95: roundMs(percentile(valuesMs, 0.95)) };
}

/** The two figures of one system. */
export function figuresOf({ live, firstFrames }: LatencySamples): SystemFigures {
  const { p50Ms, p95Ms } = summariseLatency(live);
  return {
    glassToGlassMs: { p50: roundMs(p50Ms), p95: roundMs(p95Ms) },
    firstFrameMs: percentilesOf(firstFrames.map(({ paintedMs }) => paintedMs)),
  };
}

/** How much was measured, and how well it could be read. */
export function sampleCounts({ live, firstFrames }: LatencySamples): object {
  const { frames, decodedRatio, fps, missing, outOfOrder } = summariseLatency(live);
  const firstFramesMs = firstFrames.map(({ paintedMs }) => Math.round(paintedMs));
  return { frames, decodedRatio, fps: roundMs(fps), missing, outOfOrder, firstFramesMs };
}

/** The parts of a first frame's time. */
type FirstFramePart = 'anyPictureMs' | 'lastPacketMs' | 'decodeMs' | 'lastPacketToPaintMs';

/** Where the time from click to paint goes, as far as the viewer's browser tells. */
export function firstFrameBreakdown(
  samples: readonly FirstFrameSample[],
): Record<FirstFramePart, Percentiles> {
  const known = (value: (sample: FirstFrameSample) => number | undefined): Percentiles =>
    percentilesOf(samples.flatMap((sample) => value(sample) ?? []));
  return {
    anyPictureMs: known(({ anyPictureMs }) => anyPictureMs),
    lastPacketMs: known(({ receivedMs }) => receivedMs),
    decodeMs: known(({ decodeMs }) => decodeMs),
    lastPacketToPaintMs: known(({ paintedMs, receivedMs }) =>
      receivedMs === undefined ? undefined : paintedMs - receivedMs,
    ),
  };
}

function goal(text: string, measured: number, limit: number): Goal {
  return { goal: text, limit: roundMs(limit), measured, met: measured <= limit };
}

/** The goals of the product. */
export function goalsOf({ sightline, p2p, mediaRecorder }: AllFigures): Goal[] {
  const { p95 } = sightline.glassToGlassMs;
  return [
    goal('p95 glass to glass', p95, GLASS_TO_GLASS_LIMIT_MS),
    goal(`p95 glass to glass of p2p, times ${P2P_FACTOR}`, p95, p2p.glassToGlassMs.p95 * P2P_FACTOR),
    goal(
      `p95 glass to glass of mediaRecorder, divided by ${MEDIA_RECORDER_PART}`,
      p95,
      mediaRecorder.glassToGlassMs.p95 / MEDIA_RECORDER_PART,
    ),
    goal('p95 first frame', sightline.firstFrameMs.p95, FIRST_FRAME_LIMIT_MS),
  ];
}
