import { canonicalJson, id, mediaElsewhere, sha256Hex, timeMs, type Json } from '@sightline/shared';
import { hashOfEntry } from '@sightline/shared/node';
import * as z from 'zod';

/** Where things are in an evidence package. */
export const PACKAGE = {
  contents: 'contents.json',
  readme: 'README.txt',
  verifier: 'sightline-verify.mjs',
  /** Below it as on the recorder. */
  recordings: 'recordings',
  seals: 'seals.jsonl',
  ledgers: 'ledgers.json',
  accessHistory: 'access-history.jsonl',
} as const;

/** The table of contents of an evidence package, the file {@link PACKAGE}.contents: canonical JSON and a line feed. */
export const packageContents = z.strictObject({
  version: z.literal(1),
  exportId: id,
  companyId: z.string(),
  recorderId: id,
  createdAtMs: timeMs,
  caseNumber: z.string().nullable(),
  /** What was asked for: [fromMs, toMs). */
  fromMs: timeMs,
  toMs: timeMs,
  /** Everything in the package but this table. */
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int().nonnegative(), sha256: sha256Hex })),
  /** Segments that manifests in the package list, and that lie outside of what was asked for. */
  leftOut: z.array(z.string()),
  /** What was asked for and other recorders had, when it was ordered: a package of each of them has it. */
  elsewhere: z.array(mediaElsewhere),
  keyId: sha256Hex,
  /** Ed25519 (RFC 8032) over {@link contentsText}, in base64url. */
  signature: z.string().max(128),
});

/** See {@link packageContents}. */
export type PackageContents = z.output<typeof packageContents>;

/** The text under the signature of a table of contents. */
export const contentsText = ({ signature: _signature, ...rest }: PackageContents): string => signedText(rest);

/** The same of one that has no signature yet. */
export const signedText = (unsigned: { readonly [key: string]: Json }): string =>
  ['sightline-package-1', hashOfEntry(unsigned)].join('\n');

/** The file's text. */
export const contentsFile = (contents: PackageContents): string => `${canonicalJson(contents)}\n`;
