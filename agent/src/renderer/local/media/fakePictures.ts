import type { Picture } from './pieceWriter.ts';

const START_CODE = [0, 0, 0, 1];
const SEQUENCE_SET = [0x67, 0x42, 0xe0, 0x1f, 0x8c];
const PICTURE_SET = [0x68, 0xce, 0x3c, 0x80];

/** A picture for tests; of its content only the first byte says what it is. */
export function fakePicture(timestampMs: number, options: Partial<Picture> = {}): Picture {
  const isKey = options.isKey ?? false;
  const units = isKey ? [SEQUENCE_SET, PICTURE_SET, [0x65, 9, 9]] : [[0x41, 7]];
  return {
    data: Uint8Array.from(units.flatMap((unit) => [...START_CODE, ...unit])),
    isKey,
    timestampUs: timestampMs * 1_000,
    width: 1280,
    height: 720,
    ...options,
  };
}
