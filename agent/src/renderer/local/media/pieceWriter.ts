import { findParameterSets, splitNalUnits, withLengths } from './annexB.ts';
import { fileHeader, fragment, type Sample } from './fragmentedMp4.ts';

/** What is not older than this may be lost when the browser is killed, beside the picture that is held back. */
const FLUSH_MS = 400;

/** A picture as it comes from an encoder. */
export interface Picture {
  /** H.264 byte stream (ITU-T H.264, annex B). A key frame brings its parameter sets. */
  readonly data: Uint8Array;
  readonly isKey: boolean;
  /** When it was captured; the base is the capture's own. */
  readonly timestampUs: number;
  readonly width: number;
  readonly height: number;
}

/** Where a piece's bytes go. What was flushed survives the end of this process. */
export interface PieceFile {
  append(bytes: Uint8Array): void;
  flush(): void;
  close(): void;
}

/** Writes pictures into a file, so that it plays at every moment. */
export interface PieceWriter {
  /** Bytes that have been written. */
  readonly bytes: number;
  write(picture: Picture): void;
  /** The last picture was shown until `endUs`. */
  end(endUs: number): void;
}

/** Builds a {@link PieceWriter}. @throws {TypeError} when the first picture is no key frame with parameter sets. */
export function createPieceWriter(file: PieceFile, first: Picture): PieceWriter {
  const sets = findParameterSets(splitNalUnits(first.data));
  if (!first.isKey || sets === undefined) throw new TypeError('A piece begins with a key frame.');
  let bytes = 0;
  let fragments = 0;
  let fragmentStartUs = 0;
  let samples: Sample[] = [];
  /** How long a picture lasts is known when the next one comes. */
  let held: Picture | undefined;

  function append(part: Uint8Array): void {
    file.append(part);
    bytes += part.length;
  }

  function release(untilUs: number): void {
    if (held === undefined) return;
    const { data, isKey, timestampUs } = held;
    const durationUs = Math.max(1, Math.round(untilUs - timestampUs));
    samples.push({ data: withLengths(splitNalUnits(data)), isKey, durationUs });
    held = undefined;
  }

  function flush(): void {
    if (samples.length === 0) return;
    fragments += 1;
    append(fragment(fragments, fragmentStartUs, samples));
    file.flush();
    fragmentStartUs += pendingUs();
    samples = [];
  }

  const pendingUs = (): number => samples.reduce((sum, { durationUs }) => sum + durationUs, 0);

  append(fileHeader(first, sets));
  return {
    get bytes() {
      return bytes;
    },
    write(picture) {
      release(picture.timestampUs);
      held = picture;
      if (pendingUs() >= FLUSH_MS * 1_000) flush();
    },
    end(endUs) {
      release(endUs);
      flush();
      file.close();
    },
  };
}
