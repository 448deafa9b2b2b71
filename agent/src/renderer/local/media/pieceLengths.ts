import { readFragments, type Readable } from './readFragments.ts';

/** How much of each piece's file can be played; a file is read once, for pieces that wait may be many and large. */
export interface PieceLengths {
  /** @param file complete: nobody writes to it any more. */
  measure(pieceId: string, file: Blob): Promise<Readable>;
  /** The piece is gone. */
  forget(pieceId: string): void;
}

/** Builds {@link PieceLengths}. */
export function createPieceLengths(): PieceLengths {
  const known = new Map<string, { fileBytes: number; readable: Readable }>();
  return {
    async measure(pieceId, file) {
      const before = known.get(pieceId);
      if (before?.fileBytes === file.size) return before.readable;
      const readable = readFragments(new Uint8Array(await file.arrayBuffer()));
      known.set(pieceId, { fileBytes: file.size, readable });
      return readable;
    },
    forget: (pieceId) => void known.delete(pieceId),
  };
}
