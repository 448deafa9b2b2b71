import { createHash } from 'node:crypto';
import { manifestEntry, type ManifestEntry } from '@sightline/shared';
import { PACKAGE } from '../../evidence/packageContents.ts';
import type { SealKey } from '../../evidence/sealKey.ts';
import type { FaultCode } from '../finding.ts';
import { isComplete } from '../report.ts';
import { folderOf, isManifest } from '../sessionCheck.ts';
import type { Verdict } from '../verifyEvidence.ts';

/** Files by their paths. */
export type Files = Map<string, Buffer>;

/** What a finding must say of a mutation. */
export interface Expectation {
  /** It names one of these files, */
  files: readonly string[];
  /** one of these entries, */
  entries?: readonly number[];
  /** one of these faults, */
  codes?: readonly FaultCode[];
  /** and says this. */
  mentions?: string;
  /** Or it is no finding, and the summary says that this session is not in the log. */
  unlogged?: string;
}

/** What somebody has got hold of, or was given to the verifier. */
export interface Means {
  /** The key of the recorder that has made the recordings. */
  sealKey: SealKey;
  /** That of another recorder: the verifier is given both. */
  otherKey: SealKey;
  /** The logs of seals that the verifier is given, the newest first, by the names of their files. */
  sealLogs: Map<string, Buffer>;
}

/** The name of the newest log of seals. */
export const SEAL_LOG = 'seals.ndjson';

/** Chooses, by a seed: the same every time. */
export interface Dice {
  /** An integer from 0 to `sides` - 1. */
  roll(sides: number): number;
  of<Thing>(things: readonly Thing[]): Thing;
}

/** Does something to files that must not go unnoticed; undefined: it cannot be done to these. */
export type Mutation = (
  files: Files,
  dice: Dice,
  means: Means,
) => Expectation | undefined | Promise<Expectation | undefined>;

/** Builds dice. */
export function createDice(seed: string): Dice {
  let rolls = 0;
  const roll = (sides: number): number =>
    createHash('sha256')
      .update(`${seed} ${(rolls += 1)}`)
      .digest()
      .readUInt32BE() % sides;
  return {
    roll,
    of(things) {
      const thing = things[roll(things.length)];
      if (thing === undefined) throw new RangeError('There is nothing to choose from.');
      return thing;
    },
  };
}

/** Whether a verdict says what it must. */
export function isNamed(verdict: Verdict, expected: Expectation): boolean {
  if (verdict.ok) {
    const { summary } = verdict;
    return !isComplete(summary) && summary.unlogged.some(({ sessionId }) => sessionId === expected.unlogged);
  }
  const { file, entry, code, message } = verdict.finding;
  return (
    expected.files.includes(file) &&
    (expected.entries === undefined || (entry !== undefined && expected.entries.includes(entry))) &&
    (expected.codes === undefined || expected.codes.includes(code)) &&
    message.includes(expected.mentions ?? '')
  );
}

/** The content of a file that is there. */
export const contentOf = (files: Files, path: string): Buffer => {
  const content = files.get(path);
  if (content === undefined) throw new RangeError(`There is no ${path}.`);
  return content;
};
/** All paths. */
export const pathsOf = (files: Files): string[] => [...files.keys()];
/** Those of manifests. */
export const manifestsOf = (files: Files): string[] => pathsOf(files).filter(isManifest);
/** Those of segments. */
export const segmentsOf = (files: Files): string[] => pathsOf(files).filter((path) => path.endsWith('.ts'));
/** Whether a file has an entry per line. */
export const isLog = (path: string): boolean => path.endsWith('.jsonl');
/** The entries of a log, as they are written. */
export const linesOf = (content: Buffer): string[] => content.toString('utf8').split('\n').slice(0, -1);
/** The log of some entries. */
export const textOf = (lines: readonly string[]): Buffer =>
  Buffer.from(lines.map((line) => `${line}\n`).join(''));

/** Whether these are the files of a package: its table of contents then gives everything away first. */
export const isPacked = (files: Files): boolean => files.has(PACKAGE.contents);

/** Whether a file belongs to the session of a manifest. */
export const inSession = (path: string, manifest: string): boolean =>
  path.startsWith(`${folderOf(manifest)}/`);

/** How a manifest begins. */
export function sessionOf(files: Files, manifest: string): Extract<ManifestEntry, { type: 'begin' }> {
  const begin = manifestEntry.parse(JSON.parse(linesOf(contentOf(files, manifest))[0] ?? ''));
  if (begin.type !== 'begin') throw new Error(`${manifest} does not begin.`);
  return begin;
}

/** The company's log gives away that a session is missing. */
export const missingSession = ({ sessionId }: { sessionId: string }): Expectation => ({
  files: [SEAL_LOG],
  codes: ['session-missing'],
  mentions: `Session ${sessionId}`,
});
