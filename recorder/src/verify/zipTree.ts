import yauzl, { type Entry, type ZipFile } from 'yauzl';
import type { EvidenceTree } from './evidenceTree.ts';
import { EvidenceFault } from './finding.ts';

/** Opens the files in a zip. @throws {EvidenceFault} `unreadable` */
export async function openZip(path: string): Promise<EvidenceTree & { close(): void }> {
  const refuse = (error: unknown): never => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EvidenceFault('unreadable', { file: path }, `This is no zip that can be read: ${reason}.`);
  };
  const zip = await yauzl.openPromise(path, { autoClose: false, lazyEntries: true }).catch(refuse);
  try {
    const entries = await readEntries(zip, path).catch(refuse);
    return {
      files: [...entries.keys()].sort(),
      open: (name) => readEntry(zip, entries.get(name), name),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function readEntries(zip: ZipFile, path: string): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    if (entries.has(entry.fileName))
      throw new EvidenceFault('unreadable', { file: path }, `It holds ${entry.fileName} twice.`);
    entries.set(entry.fileName, entry);
  }
  return entries;
}

async function* readEntry(zip: ZipFile, entry: Entry | undefined, file: string): AsyncGenerator<Uint8Array> {
  if (entry === undefined) throw new RangeError(`The zip has no ${file}.`);
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      if (chunk instanceof Uint8Array) yield chunk;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EvidenceFault('unreadable', { file }, `It cannot be unpacked: ${reason}.`);
  }
}
