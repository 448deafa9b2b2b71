import { auditEntry, type Interval, type MediaElsewhere } from '@sightline/shared';
import { isTextSigned } from '@sightline/shared/node';
import {
  PACKAGE,
  contentsFile,
  contentsText,
  packageContents,
  type PackageContents,
} from '../evidence/packageContents.ts';
import type { ContentDigest, EvidenceTree } from './evidenceTree.ts';
import { EvidenceFault } from './finding.ts';
import { readLog } from './logLines.ts';
import type { Keys } from './manifestCheck.ts';
import type { Sealer } from './sealers.ts';

/** Segments that need not be in a package, since they lie outside of what was asked for. */
export interface LeftOut {
  paths: ReadonlySet<string>;
  asked: Interval;
}

/** What a package says of itself, and of what it has not got. */
export interface PackageClaims {
  /** Who says so. */
  signedBy: Sealer;
  createdAtMs: number;
  leftOut: LeftOut;
  /** What other recorders have of what was asked for. */
  atOthers: readonly MediaElsewhere[];
}

/** Whether a tree is an evidence package. */
export const isPackage = ({ files }: EvidenceTree): boolean => files.includes(PACKAGE.contents);

/** Checks that a package has what its signed table of contents says, and nothing else. @throws {EvidenceFault} */
export async function checkContents(
  tree: EvidenceTree,
  digest: (path: string) => Promise<ContentDigest>,
  keys: Keys,
): Promise<PackageClaims> {
  const contents = await readContents(tree);
  const where = { file: PACKAGE.contents };
  const key = keys.get(contents.keyId);
  if (key === undefined) {
    throw new EvidenceFault(
      'unknown-key',
      where,
      `The table of contents is signed by a key that was not given (${contents.keyId}).`,
    );
  }
  if (!isTextSigned(key, contentsText(contents), contents.signature)) {
    throw new EvidenceFault('signature', where, 'The table of contents was changed after it was signed.');
  }
  const there = new Set(tree.files);
  for (const { path, bytes, sha256 } of contents.files) {
    if (!there.has(path))
      throw new EvidenceFault(
        'file-missing',
        { file: path },
        'The table of contents lists it, and it is not there.',
      );
    const found = await digest(path);
    if (found.bytes !== bytes)
      throw new EvidenceFault(
        'file-size',
        { file: path },
        `It has ${found.bytes} bytes instead of ${bytes}.`,
      );
    if (found.sha256 !== sha256)
      throw new EvidenceFault(
        'file-hash',
        { file: path },
        'Its content is not what it was when the package was made.',
      );
  }
  const listed = new Set([PACKAGE.contents, ...contents.files.map(({ path }) => path)]);
  const stranger = tree.files.find((path) => !listed.has(path));
  if (stranger !== undefined)
    throw new EvidenceFault('file-unlisted', { file: stranger }, 'The table of contents does not list it.');
  await checkAccessHistory(tree, contents.companyId);
  const { fromMs, toMs, elsewhere, recorderId, keyId, createdAtMs } = contents;
  return {
    signedBy: { recorderId, keyId },
    createdAtMs,
    leftOut: { paths: new Set(contents.leftOut), asked: { fromMs, toMs } },
    atOthers: elsewhere,
  };
}

async function readContents(tree: EvidenceTree): Promise<PackageContents> {
  const text = await readText(tree, PACKAGE.contents);
  const contents = packageContents.safeParse(parseJson(text)).data;
  if (contents !== undefined && contentsFile(contents) === text) return contents;
  throw new EvidenceFault(
    'unreadable',
    { file: PACKAGE.contents },
    'This is no table of contents, or not as it was written.',
  );
}

/** Each entry holds its own hash, and neighbours hold each other's. */
async function checkAccessHistory(tree: EvidenceTree, companyId: string): Promise<void> {
  const file = PACKAGE.accessHistory;
  const format = { name: 'an audit log', schema: auditEntry, extent: 'part' } as const;
  for await (const entry of readLog(tree.open(file), file, format)) {
    if (entry.companyId !== companyId) {
      throw new EvidenceFault(
        'order',
        { file, entry: entry.number },
        `Entry ${entry.number} is of another company, ${entry.companyId}.`,
      );
    }
  }
}

/** The text of a file of a package. @throws {EvidenceFault} */
export async function readText(tree: EvidenceTree, path: string): Promise<string> {
  if (!tree.files.includes(path)) throw new EvidenceFault('file-missing', { file: path }, 'It is not there.');
  const chunks: Uint8Array[] = [];
  for await (const chunk of tree.open(path)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
