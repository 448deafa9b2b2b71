import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  MANIFEST_FILE,
  encodeSessionFolder,
  manifestEntry,
  type ManifestEntry,
  type SessionLocation,
} from '@sightline/shared';
import { findLinkFault, isHeadSigned } from '@sightline/shared/node';
import type { ReportedSeal } from './fakeSfu.ts';

/** The entries of a session's manifest in a recorder's data folder. @throws if a line is none. */
export async function readManifest(dataDir: string, session: SessionLocation): Promise<ManifestEntry[]> {
  const path = join(dataDir, 'recordings', encodeSessionFolder(session), MANIFEST_FILE);
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => manifestEntry.parse(JSON.parse(line)));
}

/** What is wrong with a manifest, or with what its recorder said of its seals. */
export async function manifestFaults(
  dataDir: string,
  entries: readonly ManifestEntry[],
  reported: readonly ReportedSeal[],
): Promise<string[]> {
  const faults: string[] = [];
  const [begin] = entries;
  const recorderId = begin?.type === 'begin' ? begin.recorderId : '';
  const sessionId = begin?.type === 'begin' ? begin.sessionId : '';
  const publicKey = createPublicKey(await readFile(join(dataDir, 'recorder/seal-key.pem'), 'utf8'));
  for (const [at, entry] of entries.entries()) {
    const fault = findLinkFault(entries[at - 1], entry);
    if (fault !== undefined) faults.push(`entry ${entry.number}: ${fault}`);
    if (entry.type !== 'seal') continue;
    const { number, previousHash, signature } = entry;
    if (!isHeadSigned(publicKey, { recorderId, sessionId, number, previousHash }, signature)) {
      faults.push(`seal ${number} is not signed`);
    }
    const report = reported.find(({ sealNumber }) => sealNumber === number);
    if (report?.sealedHash !== previousHash) faults.push(`seal ${number} was not reported`);
  }
  if (entries.at(-1)?.type !== 'seal') faults.push('the end is not sealed');
  return faults;
}
