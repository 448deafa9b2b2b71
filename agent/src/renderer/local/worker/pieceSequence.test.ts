import { describe, expect, it } from '@jest/globals';
import { fakePicture } from '../media/fakePictures.ts';
import type { PieceFile } from '../media/pieceWriter.ts';
import { createPieceSequence } from './pieceSequence.ts';

function createBench(): {
  begun: number[];
  closed: () => number;
  errors: unknown[];
  fail: (error: Error) => void;
  sequence: ReturnType<typeof createPieceSequence>;
} {
  const begun: number[] = [];
  const errors: unknown[] = [];
  let closed = 0;
  let failure: Error | undefined;
  const file: PieceFile = {
    append: () => undefined,
    flush() {
      if (failure !== undefined) throw failure;
    },
    close: () => void (closed += 1),
  };
  const sequence = createPieceSequence({
    async open(fromUs) {
      if (failure !== undefined) throw failure;
      begun.push(fromUs / 1_000);
      return file;
    },
    onError: (error) => errors.push(error),
  });
  return { begun, errors, sequence, closed: () => closed, fail: (error) => (failure = error) };
}

describe('pieces of a track', () => {
  it('follow one another without a seam: at the first key frame after a minute', async () => {
    const { begun, closed, sequence } = createBench();
    for (let atMs = 0; atMs <= 70_000; atMs += 1_000) {
      sequence.write(fakePicture(atMs, { isKey: atMs % 4_000 === 0 }));
    }
    await sequence.end(70_500_000);
    expect(begun).toEqual([0, 60_000]);
    expect(closed()).toBe(2);
  });

  it('have one size each', async () => {
    const { begun, sequence } = createBench();
    sequence.write(fakePicture(0, { isKey: true }));
    sequence.write(fakePicture(500, { isKey: true, width: 1920 }));
    await sequence.end(1_000_000);
    expect(begun).toEqual([0, 500]);
  });

  it('leave out what comes before the first key frame', async () => {
    const { begun, sequence } = createBench();
    sequence.write(fakePicture(0));
    sequence.write(fakePicture(100, { isKey: true }));
    await sequence.end(1_000_000);
    expect(begun).toEqual([100]);
  });

  it('tell once that nothing can be written any more', async () => {
    const { begun, errors, fail, sequence } = createBench();
    fail(new Error('full'));
    sequence.write(fakePicture(0, { isKey: true }));
    sequence.write(fakePicture(100, { isKey: true }));
    await sequence.end(1_000_000);
    expect(begun).toEqual([]);
    expect(errors).toEqual([new Error('full')]);
  });

  it('are closed when nothing more can be written: what is in them is kept', async () => {
    const { closed, errors, fail, sequence } = createBench();
    sequence.write(fakePicture(0, { isKey: true }));
    await sequence.end(1_000_000);
    sequence.write(fakePicture(2_000, { isKey: true }));
    await new Promise((resolve) => setTimeout(resolve, 0));
    fail(new Error('full'));
    sequence.write(fakePicture(3_000));
    await sequence.end(4_000_000);
    expect(errors).toEqual([new Error('full')]);
    expect(closed()).toBe(2);
  });
});
