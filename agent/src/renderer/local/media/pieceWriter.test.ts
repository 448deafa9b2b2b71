import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fakePicture } from './fakePictures.ts';
import { createPieceWriter, type PieceFile } from './pieceWriter.ts';
import { readFragments } from './readFragments.ts';

/** A file whose flushed part survives. */
class FakeFile implements PieceFile {
  readonly bytes: number[] = [];
  flushed = 0;
  closed = false;

  append(part: Uint8Array): void {
    this.bytes.push(...part);
  }

  flush(): void {
    this.flushed = this.bytes.length;
  }

  close(): void {
    this.closed = true;
  }

  read(length = this.bytes.length): ReturnType<typeof readFragments> {
    return readFragments(Uint8Array.from(this.bytes.slice(0, length)));
  }
}

/** Writes a picture every `everyMs`, up to and without `toMs`. */
function write(toMs: number, everyMs: number): { file: FakeFile; end: (atMs: number) => void } {
  const file = new FakeFile();
  const first = fakePicture(0, { isKey: true });
  const writer = createPieceWriter(file, first);
  writer.write(first);
  for (let atMs = everyMs; atMs < toMs; atMs += everyMs) writer.write(fakePicture(atMs));
  return { file, end: (atMs) => writer.end(atMs * 1_000) };
}

describe('the file of a piece', () => {
  it('lasts from the first picture to its end', () => {
    const { file, end } = write(5_000, 66);
    end(5_000);
    expect(file.read()).toEqual({ bytes: file.bytes.length, durationMs: 5_000 });
    expect(file.closed).toBe(true);
    expect(file.flushed).toBe(file.bytes.length);
  });

  it('has lost less than a second when it is torn off, even of a screen that stands still', () => {
    for (const everyMs of [33, 66, 500]) {
      const { file } = write(10_000, everyMs);
      expect(file.read(file.flushed).durationMs).toBeGreaterThan(9_000);
    }
  });

  it('can be read up to its last whole fragment, wherever it is torn', () => {
    const { file, end } = write(3_000, 100);
    end(3_000);
    const whole = file.read();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: file.bytes.length - 1 }), (length) => {
        const torn = file.read(length);
        expect(torn.bytes).toBeLessThanOrEqual(length);
        expect(torn.durationMs).toBeLessThan(whole.durationMs);
        // Read again without what was torn, it is the same.
        expect(file.read(torn.bytes)).toEqual(torn);
      }),
    );
  });

  it('begins with a key frame that brings its parameter sets', () => {
    expect(() => createPieceWriter(new FakeFile(), fakePicture(0))).toThrow(TypeError);
  });
});
