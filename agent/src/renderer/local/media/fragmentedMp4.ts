import type { ParameterSets } from './annexB.ts';
import { ascii, box, fullBox, octets, shorts, TIMESCALE, words } from './boxes.ts';

/** 1.0 and 0.0 as they stand in matrices and header fields. */
const ONE = 0x00010000;
const IDENTITY_MATRIX = words(ONE, 0, 0, 0, ONE, 0, 0, 0, 0x40000000);
const RESOLUTION_72_DPI = 0x00480000;
const UNDETERMINED_LANGUAGE = 0x55c4;

/** Flags of samples (ISO/IEC 14496-12, section 8.8.3.1): depends on nothing; depends on others and is no sync sample. */
const KEY_SAMPLE = 0x02000000;
const DELTA_SAMPLE = 0x01010000;

const TFHD_BASE_IS_MOOF = 0x020000;
/** Offset of the data; and of each sample duration, size and flags. */
const TRUN_FIELDS = 0x000001 | 0x000100 | 0x000200 | 0x000400;
const TRUN_HEADER_BYTES = 12 + 8;

/** One encoded picture in a fragment. */
export interface Sample {
  /** NAL units with lengths. */
  readonly data: Uint8Array;
  readonly isKey: boolean;
  /** Until the next picture, in µs. */
  readonly durationUs: number;
}

/**
 * The beginning of a file that is written in fragments (ISO/IEC 14496-12, section 8.8): any prefix of such a file
 * that ends with a whole fragment plays. Parameter sets stand in the pictures, too (`avc3`, ISO/IEC 14496-15).
 */
export function fileHeader(
  size: { width: number; height: number },
  sets: ParameterSets,
): Uint8Array<ArrayBuffer> {
  const header = [
    box('ftyp', ascii('iso6'), words(0), ascii('iso6'), ascii('mp41')),
    box(
      'moov',
      fullBox(
        'mvhd',
        {},
        words(0, 0, TIMESCALE, 0, ONE),
        shorts(0x0100, 0),
        words(0, 0),
        IDENTITY_MATRIX,
        words(0, 0, 0, 0, 0, 0, 2),
      ),
      track(size, sets),
      box('mvex', fullBox('trex', {}, words(1, 1, 0, 0, 0))),
    ),
  ];
  return concat(header);
}

function track(
  { width, height }: { width: number; height: number },
  sets: ParameterSets,
): Uint8Array<ArrayBuffer> {
  const trackHeader = fullBox(
    'tkhd',
    { flags: 3 },
    words(0, 0, 1, 0, 0, 0, 0),
    shorts(0, 0, 0, 0),
    IDENTITY_MATRIX,
    words(width * ONE, height * ONE),
  );
  const samples = box(
    'stbl',
    fullBox('stsd', {}, words(1), sampleEntry({ width, height }, sets)),
    fullBox('stts', {}, words(0)),
    fullBox('stsc', {}, words(0)),
    fullBox('stsz', {}, words(0, 0)),
    fullBox('stco', {}, words(0)),
  );
  const media = box(
    'mdia',
    fullBox('mdhd', {}, words(0, 0, TIMESCALE, 0), shorts(UNDETERMINED_LANGUAGE, 0)),
    fullBox('hdlr', {}, words(0), ascii('vide'), words(0, 0, 0), octets(0)),
    box(
      'minf',
      fullBox('vmhd', { flags: 1 }, shorts(0, 0, 0, 0)),
      box('dinf', fullBox('dref', {}, words(1), fullBox('url ', { flags: 1 }))),
      samples,
    ),
  );
  return box('trak', trackHeader, media);
}

function sampleEntry(
  { width, height }: { width: number; height: number },
  { sequence, picture }: ParameterSets,
): Uint8Array<ArrayBuffer> {
  const [, profile = 0, constraints = 0, level = 0] = sequence;
  const configuration = box(
    'avcC',
    // Version, what the stream conforms to, lengths of 4 bytes, one sequence parameter set.
    octets(1, profile, constraints, level, 0xff, 0xe1),
    shorts(sequence.length),
    sequence,
    octets(1),
    shorts(picture.length),
    picture,
  );
  return box(
    'avc3',
    words(0),
    shorts(0, 1),
    words(0, 0, 0, 0),
    shorts(width, height),
    words(RESOLUTION_72_DPI, RESOLUTION_72_DPI, 0),
    shorts(1),
    new Uint8Array(32),
    shorts(0x18, 0xffff),
    configuration,
  );
}

/**
 * One fragment: as many pictures as are flushed at once.
 *
 * @param number from 1, ascending.
 * @param startUs of its first picture, from the beginning of the file.
 */
export function fragment(
  number: number,
  startUs: number,
  samples: readonly Sample[],
): Uint8Array<ArrayBuffer> {
  const runBytes = TRUN_HEADER_BYTES + samples.length * 12;
  const withOffset = (offset: number): Uint8Array<ArrayBuffer> =>
    box(
      'moof',
      fullBox('mfhd', {}, words(number)),
      box(
        'traf',
        fullBox('tfhd', { flags: TFHD_BASE_IS_MOOF }, words(1)),
        fullBox('tfdt', { version: 1 }, words(Math.floor(startUs / 2 ** 32), startUs % 2 ** 32)),
        fullBox('trun', { flags: TRUN_FIELDS }, words(samples.length, offset), ...samples.map(entry)),
      ),
    );
  // 8 (moof) + 16 (mfhd) + 8 (traf) + 16 (tfhd) + 20 (tfdt), the run, and the header of mdat.
  const offset = 8 + 16 + 8 + 16 + 20 + runBytes + 8;
  return concat([withOffset(offset), box('mdat', ...samples.map(({ data }) => data))]);
}

const entry = ({ durationUs, data, isKey }: Sample): Uint8Array =>
  words(durationUs, data.length, isKey ? KEY_SAMPLE : DELTA_SAMPLE);

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
