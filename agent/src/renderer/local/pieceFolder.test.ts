import { beforeEach, describe, expect, it } from '@jest/globals';
import { fakePicture } from './media/fakePictures.ts';
import { createPieceWriter } from './media/pieceWriter.ts';
import type { PieceRecord } from './piece.ts';
import { createPieceFolder, fileNames, writingLock, type PieceFolder } from './pieceFolder.ts';

const P1 = '1f0b3c52-7f4d-4a8e-9b58-3d2f6a7c0e11';
const P2 = '2e1c4d63-8a5e-4b9f-8c69-4e3a7b8d1f22';

const record = (pieceId: string, fromMs: number): PieceRecord => ({
  ...{ pieceId, sessionId: 's1', trackId: 'display-1', label: 'Screen 1' },
  ...{ fromMs, clockOffsetMs: 5 },
});

/** Names of the files that were read as a whole. */
let reads: string[];

/** A file that tells when it is read. */
class ReadFile extends File {
  override arrayBuffer(): Promise<ArrayBuffer> {
    reads.push(this.name);
    return super.arrayBuffer();
  }
}

const notNeeded = (): never => {
  throw new Error('A folder of pieces does not need this.');
};
const missing = (): DOMException => new DOMException('There is no such file.', 'NotFoundError');

/** The folder of an origin, in memory. */
class FakeDirectory implements FileSystemDirectoryHandle {
  readonly kind = 'directory';
  readonly name = '';
  readonly files = new Map<string, BlobPart>();

  getDirectoryHandle = (): Promise<FileSystemDirectoryHandle> => Promise.resolve(this);
  isSameEntry = notNeeded;
  resolve = notNeeded;
  entries = notNeeded;
  values = notNeeded;
  [Symbol.asyncIterator] = notNeeded;

  async *keys(): FileSystemDirectoryHandleAsyncIterator<string> {
    yield* this.files.keys();
  }

  async getFileHandle(name: string, { create = false } = {}): Promise<FileSystemFileHandle> {
    if (!this.files.has(name) && !create) throw missing();
    if (!this.files.has(name)) this.files.set(name, '');
    return {
      ...{ kind: 'file', name, isSameEntry: notNeeded },
      ...{ createWritable: notNeeded, createSyncAccessHandle: notNeeded },
      getFile: () => Promise.resolve(new ReadFile([this.files.get(name) ?? ''], name)),
    };
  }

  async removeEntry(name: string): Promise<void> {
    if (!this.files.delete(name)) throw missing();
  }
}

function film(seconds: number): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const first = fakePicture(0, { isKey: true });
  const append = (bytes: Uint8Array): void => void parts.push(Uint8Array.from(bytes));
  const writer = createPieceWriter({ append, flush: () => undefined, close: () => undefined }, first);
  writer.write(first);
  for (let second = 1; second < seconds; second += 1) writer.write(fakePicture(second * 1_000));
  writer.end(seconds * 1_000_000);
  return new Blob(parts);
}

describe('the folder of pieces', () => {
  let directory: FakeDirectory;
  let writing: string[];
  let folder: PieceFolder;

  beforeEach(() => {
    reads = [];
    writing = [];
    directory = new FakeDirectory();
    folder = createPieceFolder({
      storage: { getDirectory: () => Promise.resolve(directory) },
      locks: { query: () => Promise.resolve({ held: writing.map((name) => ({ name })) }) },
    });
  });

  const keep = (piece: PieceRecord, media: BlobPart): void => {
    const names = fileNames(piece.pieceId);
    directory.files.set(names.record, JSON.stringify(piece)).set(names.media, media);
  };

  it('tells what is kept, the oldest first, and how much of it can be played', async () => {
    keep(record(P1, 61_000), film(2));
    keep(record(P2, 1_000), new Blob([film(3), 'torn']));
    expect(await folder.list()).toEqual([
      { ...record(P2, 1_000), bytes: film(3).size, durationMs: 3_000 },
      { ...record(P1, 61_000), bytes: film(2).size, durationMs: 2_000 },
    ]);
  });

  it('reads a file once, however often it is looked: hours of recordings may wait for their upload', async () => {
    keep(record(P1, 1_000), film(2));
    for (let look = 0; look < 3; look += 1) expect(await folder.list()).toHaveLength(1);
    expect(reads).toEqual([fileNames(P1).media]);
  });

  it('passes over what is being written, and removes what cannot be played', async () => {
    keep(record(P1, 1_000), film(2));
    keep(record(P2, 61_000), 'torn');
    writing = [writingLock(P1)];
    expect(await folder.list()).toEqual([]);
    expect([...directory.files.keys()].sort()).toEqual(Object.values(fileNames(P1)).sort());
    writing = [];
    expect(await folder.list()).toHaveLength(1);
    await folder.remove(P1);
    expect(directory.files.size).toBe(0);
  });
});
