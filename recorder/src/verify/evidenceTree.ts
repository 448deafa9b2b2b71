import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Files that are to be verified, wherever they are, as they are there. */
export interface EvidenceTree {
  /** Paths with `/` between their parts, in order. */
  readonly files: readonly string[];
  /** The content. Of a path that is not among `files` it is an error. */
  open(path: string): AsyncIterable<Uint8Array>;
}

/** What identifies a file's content. */
export interface ContentDigest {
  bytes: number;
  /** In hexadecimal. */
  sha256: string;
}

/** All files below a folder. @throws the system's errors */
export async function openFolder(root: string): Promise<EvidenceTree> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  return { files, open: (path) => createReadStream(join(root, path)) };
}

/** Reads each file once at most to tell what is in it. */
export function createDigests(tree: EvidenceTree): (path: string) => Promise<ContentDigest> {
  const known = new Map<string, Promise<ContentDigest>>();
  return (path) => {
    const digest = known.get(path) ?? digestOf(tree.open(path));
    known.set(path, digest);
    return digest;
  };
}

/** Size and SHA-256 of a content. */
export async function digestOf(
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<ContentDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
