import { TIMESCALE } from './boxes.ts';

/** What of a piece's file can be played. */
export interface Readable {
  /** Up to the end of its last whole fragment; what follows was torn. */
  readonly bytes: number;
  /** From the first picture to the end of the last one. */
  readonly durationMs: number;
}

const HEADER_BYTES = 8;
/** From the beginning of a movie fragment of ours to its parts (see `fragment`). */
const TIME_AT = 8 + 16 + 8 + 16 + 12;
const RUN_AT = 8 + 16 + 8 + 16 + 20;
const RUN_ENTRIES_AT = RUN_AT + 20;
const ENTRY_BYTES = 12;

/** Reads how much of a file of ours is whole. Zero bytes: not even one fragment is. */
export function readFragments(file: Uint8Array): Readable {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let readable: Readable = { bytes: 0, durationMs: 0 };
  let endUs: number | undefined;
  for (let at = 0; at + HEADER_BYTES <= file.length;) {
    const size = view.getUint32(at);
    const type = view.getUint32(at + 4);
    if (size < HEADER_BYTES || at + size > file.length) break;
    if (type === MOOF) endUs = fragmentEndUs(view, at);
    at += size;
    if (type === MDAT && endUs !== undefined) {
      readable = { bytes: at, durationMs: (endUs * 1_000) / TIMESCALE };
    }
  }
  return readable;
}

const MOOF = 0x6d6f6f66;
const MDAT = 0x6d646174;

function fragmentEndUs(view: DataView, at: number): number {
  let us = view.getUint32(at + TIME_AT) * 2 ** 32 + view.getUint32(at + TIME_AT + 4);
  const count = view.getUint32(at + RUN_AT + 12);
  for (let index = 0; index < count; index += 1) {
    us += view.getUint32(at + RUN_ENTRIES_AT + index * ENTRY_BYTES);
  }
  return us;
}
