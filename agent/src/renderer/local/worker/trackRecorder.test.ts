import { beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createCaptureClock } from '../media/captureClock.ts';
import type { EncoderHandlers } from './encoder.ts';
import { createTrackRecorder, type TrackRecorder } from './trackRecorder.ts';

/** Captures count from a base of their own. */
const BASE_MS = 25_000;

let clock: ManualClock;
let startMs: number;
let encoded: { atMs: number; key: boolean }[];
let waiting: number;
let handlers: EncoderHandlers;
let frames: ReadableStreamDefaultController<VideoFrame>;
let wrote: number;
let endUs: number | undefined;
let openFrames: number;
let errors: unknown[];
let refusesFrames: boolean;
let recorder: TrackRecorder;

/** A frame as far as the recorder looks at it. */
function fakeFrame(timestampUs: number): VideoFrame {
  openFrames += 1;
  const parts: Partial<VideoFrame> = { timestamp: timestampUs, close: () => void (openFrames -= 1) };
  return parts as VideoFrame;
}

const sinceStartMs = (): number => clock.nowMs() - startMs;

async function capture(): Promise<void> {
  frames.enqueue(fakeFrame((BASE_MS + sinceStartMs()) * 1_000));
  await settle();
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

beforeEach(() => {
  clock = createManualClock();
  startMs = clock.nowMs();
  encoded = [];
  waiting = 0;
  wrote = 0;
  endUs = undefined;
  openFrames = 0;
  errors = [];
  refusesFrames = false;
  const stream = new ReadableStream<VideoFrame>({ start: (controller) => void (frames = controller) });
  const reader = stream.getReader();
  recorder = createTrackRecorder({
    reader: { read: async () => (await reader.read()).value, cancel: () => void reader.cancel() },
    createEncoder: (given) => {
      handlers = given;
      return {
        get waiting() {
          return waiting;
        },
        encode({ timestamp }, { key }) {
          if (refusesFrames) throw new Error('takes nothing');
          encoded.push({ atMs: timestamp / 1_000 - BASE_MS, key });
        },
        flush: async () => undefined,
        close: () => undefined,
      };
    },
    pieces: {
      write: () => void (wrote += 1),
      end: async (atUs) => void (endUs = atUs),
    },
    clock,
    captured: createCaptureClock(clock.nowMs),
    copyFrame: (_frame, timestampUs) => fakeFrame(timestampUs),
    onError: (error) => errors.push(error),
  });
});

describe('recording a track', () => {
  it('takes every other frame of thirty a second, with a key frame every four seconds', async () => {
    for (let frame = 0; frame < 150; frame += 1) {
      await capture();
      clock.advance(100 / 3);
    }
    expect(encoded.length).toBe(75);
    expect(encoded.filter(({ key }) => key).map(({ atMs }) => Math.round(atMs / 1_000))).toEqual([0, 4]);
  });

  it('repeats the frame of a screen that stands still, the last one that came', async () => {
    await capture();
    clock.advance(10);
    await capture();
    for (let step = 0; step < 4; step += 1) clock.advance(500);
    expect(encoded.length).toBeGreaterThanOrEqual(4);
    expect(encoded.at(-1)?.atMs).toBeGreaterThan(1_400);
    expect(encoded.map(({ atMs }) => atMs)).toEqual(
      encoded.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
    );
  });

  it('leaves out frames while the encoder does not keep up', async () => {
    await capture();
    waiting = 3;
    clock.advance(100);
    await capture();
    expect(encoded).toHaveLength(1);
    waiting = 0;
    clock.advance(100);
    await capture();
    expect(encoded).toHaveLength(2);
  });

  it('ends at the moment when it is ended, and gives every frame back', async () => {
    await capture();
    clock.advance(300);
    await recorder.end();
    expect(endUs).toBe((BASE_MS + 300) * 1_000);
    expect(openFrames).toBe(0);
    expect(errors).toEqual([]);
  });

  it('gives back what came while it ended, too', async () => {
    await capture();
    frames.enqueue(fakeFrame((BASE_MS + 100) * 1_000));
    await recorder.end();
    await settle();
    expect(openFrames).toBe(0);
    expect(encoded).toHaveLength(1);
  });

  it('gives back every frame if the encoder takes none', async () => {
    refusesFrames = true;
    await capture();
    await settle();
    expect(errors).toEqual([new Error('takes nothing')]);
    expect(openFrames).toBe(0);
  });

  it('ends with its track', async () => {
    await capture();
    frames.close();
    await settle();
    expect(endUs).toBeDefined();
  });

  it('tells when the encoder failed, and keeps what was written', async () => {
    await capture();
    handlers.onError(new Error('no encoder'));
    await settle();
    expect(errors).toEqual([new Error('no encoder')]);
    expect(endUs).toBeDefined();
  });
});

describe('the clock of a capture', () => {
  it('is told by the frame that came the shortest way', () => {
    let nowMs = 100_040;
    const captured = createCaptureClock(() => nowMs);
    expect(captured.nowUs()).toBeUndefined();
    captured.saw(5_000_000);
    nowMs = 100_105;
    captured.saw(5_100_000);
    nowMs = 100_230;
    captured.saw(5_200_000);
    expect(captured.toMs(5_000_000)).toBe(100_005);
    expect(captured.nowUs()).toBe(5_225_000);
  });
});
