import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../harness/random.ts';
import { createPatternReader, decodePattern } from './decodePattern.ts';
import { encodePattern } from './encodePattern.ts';
import type { Luma } from './luma.ts';
import { PATTERN_COLUMNS, PATTERN_ROWS, QUIET_CELLS, dataCell } from './patternLayout.ts';
import type { PatternPayload } from './patternPayload.ts';

/** Looking up a global is slow inside Jest's VM context, and painting does it per pixel. */
const { floor, max, min, round } = Math;

const WIDTH = 480;
const HEIGHT = 320;
const DATA_BITS = (PATTERN_COLUMNS - 1) * (PATTERN_ROWS - 1);

interface Scene {
  readonly left: number;
  readonly top: number;
  readonly cellPx: number;
  readonly black: number;
  readonly white: number;
  readonly noise: number;
  readonly seed: number;
}

const payloads: fc.Arbitrary<PatternPayload> = fc.record({
  frame: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  wallMs: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  displayId: fc.integer({ min: 0, max: 255 }),
});

const scenes: fc.Arbitrary<Scene> = fc
  .record({
    cellPx: fc.double({ min: 7, max: 20, noNaN: true }),
    x: fc.double({ min: 0, max: 1, noNaN: true }),
    y: fc.double({ min: 0, max: 1, noNaN: true }),
    black: fc.integer({ min: 0, max: 60 }),
    white: fc.integer({ min: 180, max: 255 }),
    noise: fc.double({ min: 0, max: 0.25, noNaN: true }),
    seed: fc.integer(),
  })
  .map(({ x, y, ...rest }) => ({
    ...rest,
    left: (QUIET_CELLS + x) * rest.cellPx + x * (WIDTH - (PATTERN_COLUMNS + 3) * rest.cellPx),
    top: (QUIET_CELLS + y) * rest.cellPx + y * (HEIGHT - (PATTERN_ROWS + 3) * rest.cellPx),
  }));

const plainScene: Scene = { left: 101, top: 33, cellPx: 9, black: 16, white: 235, noise: 0, seed: 1 };

/** Uniform numbers in [-1, 1) from a seed, so that a failing scene can be painted again. */
function noiseSource(seed: number): () => number {
  const random = seededRandom(seed);
  return () => 2 * random() - 1;
}

/** Paints cells (0 white, 1 black, anything between grey) into a white picture with lines of fine print. */
function paint(cells: ArrayLike<number>, scene: Scene): Luma {
  const noise = noiseSource(scene.seed);
  const stride = WIDTH + 16;
  const data = new Uint8Array(stride * HEIGHT);
  const contrast = scene.white - scene.black;
  for (let y = 0; y < HEIGHT; y += 1) {
    const row = floor((y + 0.5 - scene.top) / scene.cellPx);
    for (let x = 0; x < WIDTH; x += 1) {
      const column = floor((x + 0.5 - scene.left) / scene.cellPx);
      const inPattern = column >= 0 && column < PATTERN_COLUMNS && row >= 0 && row < PATTERN_ROWS;
      const inQuiet =
        column >= -QUIET_CELLS &&
        column < PATTERN_COLUMNS + QUIET_CELLS &&
        row >= -QUIET_CELLS &&
        row < PATTERN_ROWS + QUIET_CELLS;
      const print = !inQuiet && y % 13 < 8 && (x * 7 + y * 3) % 11 < 4 ? 1 : 0;
      const ink = inPattern ? (cells[row * PATTERN_COLUMNS + column] ?? 0) : print;
      const value = scene.white - contrast * ink + (scene.noise === 0 ? 0 : noise() * scene.noise * contrast);
      data[y * stride + x] = max(0, min(255, round(value)));
    }
  }
  return { data, width: WIDTH, height: HEIGHT, stride };
}

function cellIndex(bit: number): number {
  const { column, row } = dataCell(bit);
  return row * PATTERN_COLUMNS + column;
}

function withFlipped(payload: PatternPayload, bits: readonly number[]): Uint8Array {
  const cells = encodePattern(payload);
  for (const bit of bits) cells[cellIndex(bit)] = 1 - (cells[cellIndex(bit)] ?? 0);
  return cells;
}

const dataBits = fc.integer({ min: 0, max: DATA_BITS - 1 });
const fewRuns = { numRuns: 40 };

describe('the test pattern', () => {
  it('reads back what was painted, at any place, size, contrast and with noise', () => {
    fc.assert(
      fc.property(payloads, scenes, (payload, scene) => {
        expect(decodePattern(paint(encodePattern(payload), scene))).toMatchObject(payload);
      }),
      fewRuns,
    );
  });

  it('rejects one to three flipped cells, and any odd number of them', () => {
    const flips = fc.oneof(
      fc.uniqueArray(dataBits, { minLength: 1, maxLength: 3 }),
      fc
        .uniqueArray(dataBits, { minLength: 5, maxLength: DATA_BITS })
        .map((bits) => (bits.length % 2 === 1 ? bits : bits.slice(1))),
    );
    fc.assert(
      fc.property(payloads, flips, (payload, bits) => {
        expect(decodePattern(paint(withFlipped(payload, bits), plainScene))).toBeUndefined();
      }),
      fewRuns,
    );
  });

  it('rejects a burst of up to 16 wrong cells', () => {
    const bursts = fc.tuple(fc.integer({ min: 0, max: DATA_BITS - 16 }), fc.integer({ min: 1, max: 0xffff }));
    fc.assert(
      fc.property(payloads, bursts, (payload, [start, mask]) => {
        const bits = Array.from({ length: 16 }, (_, i) => i)
          .filter((i) => ((mask >> i) & 1) === 1)
          .map((i) => start + i);
        expect(decodePattern(paint(withFlipped(payload, bits), plainScene))).toBeUndefined();
      }),
      fewRuns,
    );
  });

  it('does not guess at a cell that is neither black nor white', () => {
    fc.assert(
      fc.property(
        payloads,
        dataBits,
        fc.double({ min: 0.42, max: 0.58, noNaN: true }),
        (payload, bit, ink) => {
          const cells = Float64Array.from(encodePattern(payload));
          cells[cellIndex(bit)] = ink;
          expect(decodePattern(paint(cells, plainScene))).toBeUndefined();
        },
      ),
      fewRuns,
    );
  });

  it('finds nothing in a picture without a pattern', () => {
    const blank = new Uint8Array(PATTERN_COLUMNS * PATTERN_ROWS);
    fc.assert(
      fc.property(scenes, (scene) => {
        expect(decodePattern(paint(blank, scene))).toBeUndefined();
      }),
      fewRuns,
    );
  });

  it('follows a pattern that moved, although it was told another place', () => {
    const payload = { frame: 7, wallMs: 1_700_000_000_123, displayId: 2 };
    const read = createPatternReader();
    const first = read(paint(encodePattern(payload), plainScene));
    const moved = read(
      paint(encodePattern({ ...payload, frame: 8 }), { ...plainScene, left: 203, top: 161 }),
    );
    expect(first?.geometry.left).toBe(101);
    expect(moved).toMatchObject({ ...payload, frame: 8 });
    expect(moved?.geometry.left).toBe(203);
  });

  it('refuses numbers that do not fit', () => {
    expect(() => encodePattern({ frame: 2 ** 32, wallMs: 0, displayId: 0 })).toThrow(RangeError);
    expect(() => encodePattern({ frame: 0, wallMs: 0.5, displayId: 0 })).toThrow(RangeError);
    expect(() => encodePattern({ frame: 0, wallMs: 0, displayId: 256 })).toThrow(RangeError);
  });
});
