import { open, type FileHandle } from 'node:fs/promises';

const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

/**
 * What an upload may be, for ffmpeg and ffprobe. Of a playlist, such as HLS or DASH, they would read whatever files of this machine
 * it names: another company's recordings.
 */
export const UPLOADED_INPUT = [
  ...['-format_whitelist', 'mov,matroska'],
  ...['-protocol_whitelist', 'file,subfile'],
];

/**
 * How ffmpeg is to be given a file that may be torn. Where the end of an MP4 lies within the header of a movie fragment
 * (`moof`), ffmpeg reads nothing of the whole file: it is shown what comes before. A torn `mdat` it reads as far as it goes.
 * Boxes: ISO/IEC 14496-12, 4.2.
 *
 * @param path absolute
 * @returns the path, or the URL of a part of the file
 */
export async function readableSource(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const tornAt = await findTornHeader(file, size);
    return tornAt === undefined ? path : `subfile,,start,0,end,${tornAt},,:${path}`;
  } finally {
    await file.close();
  }
}

/** Where the last box begins, if it is not whole and not media; undefined as well if the file is no MP4. */
async function findTornHeader(file: FileHandle, size: number): Promise<number | undefined> {
  for (let at = 0; at < size;) {
    const header = Buffer.alloc(LARGE_HEADER_BYTES);
    const { bytesRead } = await file.read(header, 0, header.length, at);
    if (bytesRead < HEADER_BYTES) return at === 0 ? undefined : at;
    const type = header.toString('latin1', 4, HEADER_BYTES);
    if (at === 0 && type !== 'ftyp') return undefined;
    const bytes = boxBytes(header);
    if (type === 'mdat' && (bytes === 0 || at + bytes > size)) return undefined;
    if (bytes < HEADER_BYTES || at + bytes > size) return at;
    at += bytes;
  }
  return undefined;
}

/** 0: up to the end of the file. */
function boxBytes(header: Buffer): number {
  const bytes = header.readUInt32BE(0);
  return bytes === 1 ? Number(header.readBigUInt64BE(HEADER_BYTES)) : bytes;
}
