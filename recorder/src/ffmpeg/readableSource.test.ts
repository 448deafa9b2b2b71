import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readableSource } from './readableSource.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-source-'));
  path = join(folder, 'piece');
});

afterEach(() => rm(folder, { recursive: true }));

function box(type: string, contentBytes: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + contentBytes);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, Buffer.alloc(contentBytes)]);
}

function largeBox(type: string, contentBytes: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(1);
  header.write(type, 4, 'latin1');
  header.writeBigUInt64BE(BigInt(16 + contentBytes), 8);
  return Buffer.concat([header, Buffer.alloc(contentBytes)]);
}

const START = Buffer.concat([box('ftyp', 8), box('moov', 40), box('moof', 30), largeBox('mdat', 100)]);

describe('the source of a film that may be torn', () => {
  it.each([
    ['whole', START],
    ['torn within pictures', START.subarray(0, START.length - 50)],
    ['with pictures up to its end', Buffer.concat([START, Buffer.from('\0\0\0\0mdat and so on', 'latin1')])],
    ['no MP4', Buffer.from('\x1aE\xdf\xa3 is how WebM begins')],
    ['shorter than a header', Buffer.from('MP4')],
    ['empty', Buffer.alloc(0)],
  ])('is the file if it is %s', async (_what, content) => {
    await writeFile(path, content);
    expect(await readableSource(path)).toBe(path);
  });

  it.each([1, 8, 20, 37])(
    'ends before the header of a fragment of which %d bytes are there',
    async (bytes) => {
      await writeFile(path, Buffer.concat([START, box('moof', 30).subarray(0, bytes)]));
      expect(await readableSource(path)).toBe(`subfile,,start,0,end,${START.length},,:${path}`);
    },
  );

  it('ends before what cannot be a box', async () => {
    await writeFile(path, Buffer.concat([START, Buffer.from('\0\0\0\x02what')]));
    expect(await readableSource(path)).toBe(`subfile,,start,0,end,${START.length},,:${path}`);
  });
});
