import type { KeyObject } from 'node:crypto';
import { MANIFEST_FILE, type Interval, type MediaElsewhere } from '@sightline/shared';
import { keyIdOf } from '@sightline/shared/node';
import { PACKAGE } from '../evidence/packageContents.ts';
import type { EncryptionKeys } from '../store/encryption/encryptionKeys.ts';
import { createDigests, type EvidenceTree } from './evidenceTree.ts';
import { EvidenceFault, type Finding } from './finding.ts';
import { checkLedger } from './ledgerCheck.ts';
import { findUnlogged, type Unlogged } from './logCoverage.ts';
import { createLogPositions } from './logPositions.ts';
import { checkManifest, type CheckedManifest } from './manifestCheck.ts';
import { checkContents, isPackage, readText, type LeftOut } from './packageCheck.ts';
import { checkPackagedLedgers } from './packagedLedgers.ts';
import { checkAgainstLog, checkSealLogs, type SealLog, type SealLogSource } from './sealLogCheck.ts';
import { checkSealer, toSealers, type Sealer, type SealerRecord } from './sealers.ts';
import { checkMedia, checkPlace, isManifest } from './sessionCheck.ts';
import { createStoredMedia, type StoredMedia } from './storedMedia.ts';

/** What was found whole. */
export interface Summary {
  sessions: number;
  entries: number;
  seals: number;
  segments: number;
  bytes: number;
  deleted: number;
  leftOut: number;
  /** What could not be checked: encrypted with a key that was not given, or in an object store. */
  encrypted: number;
  elsewhere: number;
  /** Seals in the logs that no given key can have made. */
  foreignSeals: number;
  /** What the given logs of seals have not heard of; none if no log was given. */
  unlogged: readonly Unlogged[];
  /** What a package was asked for, and has not got since other recorders have it. */
  atOthers: readonly MediaElsewhere[];
  /** What is there: the sessions, each whole within these times as far as its recorder has it. */
  parts: readonly SessionPart[];
}

/** A session, or what a package was asked for of it, as one recorder has it. */
export interface SessionPart extends Interval {
  sessionId: string;
  recorderId: string;
}

/** What {@link verifyEvidence} finds: the first thing that is wrong, or that nothing is. */
export type Verdict = { ok: true; summary: Summary } | { ok: false; finding: Finding };

/** What is to be verified, and against what. */
export interface Evidence {
  /** A session's folder, a folder with sessions, or a package. */
  tree: EvidenceTree;
  /** Recorders' public keys, from outside. */
  keys: readonly KeyObject[];
  /** Whose keys these are, as far as that was said. */
  owners?: readonly Sealer[];
  /** Companies' logs of seals as exported by the sfu, from outside. */
  sealLogs: readonly SealLogSource[];
  /** For media that is encrypted. */
  encryptionKeys?: EncryptionKeys | undefined;
}

/**
 * Verifies recordings: that nothing was changed, removed, inserted or swapped since the recorder whose key it is wrote it
 * down. See docs/adr/009-evidence.md for what this proves.
 */
export async function verifyEvidence(evidence: Evidence): Promise<Verdict> {
  try {
    return { ok: true, summary: await verify(evidence) };
  } catch (error) {
    if (error instanceof EvidenceFault) return { ok: false, finding: error.finding };
    throw error;
  }
}

const ALWAYS: Interval = { fromMs: 0, toMs: Number.POSITIVE_INFINITY };

async function verify({
  tree,
  keys: keyList,
  owners = [],
  sealLogs,
  encryptionKeys,
}: Evidence): Promise<Summary> {
  const keys = new Map(keyList.map((key) => [keyIdOf(key), key]));
  const digest = createDigests(tree);
  const files = new Set(tree.files);
  const packed = isPackage(tree);
  const claims = packed ? await checkContents(tree, digest, keys) : undefined;
  const leftOut = claims?.leftOut;
  const against = { keys, positions: createLogPositions() };
  const given = await checkSealLogs(sealLogs, 'whole', against);
  const logs = [given];
  const records: SealerRecord[] = [
    { name: 'what was said with --key', sealers: toSealers(owners) },
    { name: 'the log of seals', sealers: toSealers(given.sealers) },
  ];
  if (claims !== undefined) {
    const source = { file: PACKAGE.seals, open: () => tree.open(PACKAGE.seals) };
    const own = await checkSealLogs([source], 'part', against);
    logs.push(own);
    checkSealer(claims.signedBy, { file: PACKAGE.contents }, records);
    records.push({ name: 'the package itself', sealers: toSealers([...own.sealers, claims.signedBy]) });
  }
  const manifests: CheckedManifest[] = [];
  for (const file of tree.files.filter(isManifest)) {
    const manifest = await checkManifest(tree.open(file), file, keys);
    checkPlace(manifest);
    checkSealers(manifest, records);
    for (const log of logs) checkAgainstLog(manifest, log);
    manifests.push(manifest);
  }
  checkNoneMissing(tree, manifests, packed ? [] : logs);
  const isShared = (sessionId: string, recorderId: string): boolean =>
    logs.some((log) => log.isShared(sessionId, recorderId)) ||
    manifests.some(({ begin }) => begin.sessionId === sessionId && begin.recorderId !== recorderId);
  if (claims !== undefined)
    checkPackagedLedgers(await readText(tree, PACKAGE.ledgers), claims, { manifests, isShared });
  const stored = createStoredMedia(tree, { digest, keys: encryptionKeys, packed });
  const summary = await checkSessions({ manifests, files, stored, leftOut, isShared });
  return {
    ...summary,
    foreignSeals: logs.reduce((sum, log) => sum + log.foreignSeals, 0),
    unlogged:
      sealLogs.length === 0 ? [] : manifests.flatMap((manifest) => findUnlogged(manifest, given) ?? []),
    atOthers: claims?.atOthers ?? [],
    parts: manifests.map(({ begin: { sessionId, recorderId } }) => ({
      sessionId,
      recorderId,
      ...(leftOut?.asked ?? ALWAYS),
    })),
  };
}

async function checkSessions(found: {
  manifests: readonly CheckedManifest[];
  files: ReadonlySet<string>;
  stored: StoredMedia;
  leftOut: LeftOut | undefined;
  isShared: (sessionId: string, recorderId: string) => boolean;
}): Promise<Omit<Summary, 'foreignSeals' | 'unlogged' | 'atOthers' | 'parts'>> {
  const { manifests, files, leftOut } = found;
  const sum = {
    sessions: manifests.length,
    entries: 0,
    seals: 0,
    segments: 0,
    bytes: 0,
    deleted: 0,
    leftOut: 0,
    encrypted: 0,
    elsewhere: 0,
  };
  const listed = new Set<string>();
  for (const manifest of manifests) {
    const { sessionId, recorderId } = manifest.begin;
    checkLedger(manifest, !found.isShared(sessionId, recorderId));
    const media = await checkMedia(manifest, found.stored, leftOut);
    for (const path of media.listed) listed.add(path);
    sum.entries += manifest.entries;
    sum.seals += manifest.seals.size;
    sum.segments += media.segments;
    sum.bytes += media.bytes;
    sum.deleted += media.deleted;
    sum.leftOut += media.leftOut;
    sum.encrypted += media.encrypted;
    sum.elsewhere += media.elsewhere;
  }
  // What else a package holds, its table of contents lists.
  const mustBeListed = (path: string): boolean =>
    leftOut === undefined || path.startsWith(`${PACKAGE.recordings}/`);
  const stranger = [...files].find((path) => mustBeListed(path) && !listed.has(path));
  if (stranger === undefined) return sum;
  throw new EvidenceFault('file-unlisted', { file: stranger }, 'No manifest lists it.');
}

function checkSealers({ file, begin, seals }: CheckedManifest, records: readonly SealerRecord[]): void {
  for (const { number, keyId } of seals.values())
    checkSealer({ recorderId: begin.recorderId, keyId }, { file, entry: number }, records);
}

/** Every session that was sealed must be there, unless a single one is looked at. */
function checkNoneMissing(
  { files }: EvidenceTree,
  manifests: readonly CheckedManifest[],
  logs: readonly SealLog[],
): void {
  const isThere = (sessionId: string, recorderId: string): boolean =>
    manifests.some(({ begin }) => begin.sessionId === sessionId && begin.recorderId === recorderId);
  const missing = files.includes(MANIFEST_FILE)
    ? undefined
    : logs.flatMap((log) => log.manifests).find((one) => !isThere(one.sessionId, one.recorderId));
  if (missing !== undefined) {
    throw new EvidenceFault(
      'session-missing',
      missing.last,
      `Session ${missing.sessionId}, which recorder ${missing.recorderId} has sealed, is not there.`,
    );
  }
  if (manifests.length > 0) return;
  throw new EvidenceFault(
    'unreadable',
    { file: MANIFEST_FILE },
    'There is no manifest here: these are no recordings.',
  );
}
