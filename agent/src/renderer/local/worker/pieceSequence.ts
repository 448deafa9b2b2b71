import { createPieceWriter, type Picture, type PieceFile, type PieceWriter } from '../media/pieceWriter.ts';

/** A piece is closed after so long, so that it can be uploaded while the next one is written. */
const PIECE_MS = 60_000;
/** And at this size, so that it can be hashed at once. */
const PIECE_BYTES = 32 * 1_024 * 1_024;

/** Writes the pictures of one track into one piece after the other, without a seam. */
export interface PieceSequence {
  write(picture: Picture): void;
  /** What is written next begins with the next key frame. Resolves when what came before is closed. */
  end(endUs: number): Promise<void>;
}

/**
 * Builds a {@link PieceSequence}.
 *
 * @param deps.open makes the file of a piece that begins then. Files are made one after the other.
 * @param deps.onError nothing more is written.
 */
export function createPieceSequence(deps: {
  open: (fromUs: number) => Promise<PieceFile>;
  onError: (error: unknown) => void;
}): PieceSequence {
  let current: { writer: PieceWriter; first: Picture } | undefined;
  /** What is open, also of a piece that could not be begun. */
  let file: PieceFile | undefined;
  let failed = false;
  let work = Promise.resolve();

  function enqueue(step: () => Promise<void> | void): Promise<void> {
    work = work.then(async () => {
      if (failed) return;
      try {
        await step();
      } catch (error) {
        failed = true;
        // What is in it is kept; as long as it is open, it would count as being written.
        file?.close();
        deps.onError(error);
      }
    });
    return work;
  }

  async function place(picture: Picture): Promise<void> {
    if (picture.isKey && (current === undefined || isDue(current, picture))) await begin(picture);
    current?.writer.write(picture);
  }

  async function begin(first: Picture): Promise<void> {
    finish(first.timestampUs);
    file = await deps.open(first.timestampUs);
    current = { writer: createPieceWriter(file, first), first };
  }

  function finish(endUs: number): void {
    const ended = current;
    current = undefined;
    ended?.writer.end(endUs);
    file = undefined;
  }

  return {
    write: (picture) => void enqueue(() => place(picture)),
    end: (endUs) => enqueue(() => finish(endUs)),
  };
}

function isDue({ writer, first }: { writer: PieceWriter; first: Picture }, next: Picture): boolean {
  return (
    next.timestampUs - first.timestampUs >= PIECE_MS * 1_000 ||
    writer.bytes >= PIECE_BYTES ||
    next.width !== first.width ||
    next.height !== first.height
  );
}
