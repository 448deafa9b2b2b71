import { NO_HASH, manifestEntry, type ManifestEntry } from '@sightline/shared';
import { chainEntry } from '@sightline/shared/node';
import { manifestLine } from '../../evidence/manifestText.ts';
import {
  PACKAGE,
  contentsFile,
  packageContents,
  signedText,
  type PackageContents,
} from '../../evidence/packageContents.ts';
import type { SealKey } from '../../evidence/sealKey.ts';
import { digestOf } from '../evidenceTree.ts';
import { asChunks } from '../examples/recordings.ts';
import { contentOf, linesOf, pathsOf, textOf, type Files } from './kit.ts';

/** The entries of a manifest. */
export const entriesOf = (files: Files, path: string): ManifestEntry[] =>
  linesOf(contentOf(files, path)).map((line) => manifestEntry.parse(JSON.parse(line)));

/** The text of a manifest. */
export const manifestOf = (entries: readonly ManifestEntry[]): Buffer =>
  textOf(entries.map((entry) => manifestLine(entry).trimEnd()));

/** Writes a history anew: each entry changed, chained to the one before, and each seal made with a key. */
export function reseal(
  entries: readonly ManifestEntry[],
  key: Pick<SealKey, 'keyId' | 'sign'>,
  change: (entry: ManifestEntry) => ManifestEntry,
): ManifestEntry[] {
  const changed: ManifestEntry[] = [];
  let of = { recorderId: '', sessionId: '' };
  for (const entry of entries) {
    const { number, hash: _hash, previousHash: _previous, ...event } = change(entry);
    if (event.type === 'begin') of = event;
    const { recorderId, sessionId } = of;
    const last = changed.at(-1);
    const head = { recorderId, sessionId, number, previousHash: last?.hash ?? NO_HASH };
    const told =
      event.type === 'seal' ? { ...event, keyId: key.keyId, signature: key.sign(head) } : { ...event };
    changed.push(manifestEntry.parse(chainEntry(last, told)));
  }
  return changed;
}

/** Lists what is in a package now, and signs that. @param change of what else the table of contents says */
export async function signContents(
  files: Files,
  key: Pick<SealKey, 'keyId' | 'signText'>,
  change: Partial<PackageContents> = {},
): Promise<void> {
  const { signature: _signature, ...rest } = packageContents.parse(
    JSON.parse(contentOf(files, PACKAGE.contents).toString('utf8')),
  );
  const listed: PackageContents['files'] = [];
  for (const path of pathsOf(files).filter((one) => one !== PACKAGE.contents))
    listed.push({ path, ...(await digestOf(asChunks(contentOf(files, path)))) });
  const unsigned = { ...rest, ...change, files: listed, keyId: key.keyId };
  const contents = { ...unsigned, signature: key.signText(signedText(unsigned)) };
  files.set(PACKAGE.contents, Buffer.from(contentsFile(contents)));
}
