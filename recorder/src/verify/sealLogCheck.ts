import { companyLogEntry } from '@sightline/shared';
import { isHeadSigned } from '@sightline/shared/node';
import { EvidenceFault } from './finding.ts';
import { readLog } from './logLines.ts';
import type { LogPositions } from './logPositions.ts';
import type { CheckedManifest, Keys } from './manifestCheck.ts';
import type { Sealer } from './sealers.ts';

/** A company's log of seals, or a part of it. */
export interface SealLogSource {
  /** In findings. */
  file: string;
  open: () => AsyncIterable<Uint8Array>;
}

/** What the log says that one recorder has sealed of one session. */
export interface LoggedManifest {
  sessionId: string;
  recorderId: string;
  /** The hash under each seal, by the seal's number. */
  seals: Map<number, string>;
  /** Where its last seal stands in the log. */
  last: { file: string; entry: number };
}

/** What was read of logs of seals. */
export interface SealLog {
  /** Of recorders whose keys were given. */
  readonly manifests: readonly LoggedManifest[];
  /** Seals by keys that were not given: nobody can say whether they are right. */
  readonly foreignSeals: number;
  /** Which recorder has sealed with which keys, whether these were given or not. */
  readonly sealers: readonly Sealer[];
  find(sessionId: string, recorderId: string): LoggedManifest | undefined;
  /** Whether somebody else too has recorded the session. */
  isShared(sessionId: string, recorderId: string): boolean;
  /** When the newest of a company's seals came, by the sfu's clock; undefined: there is none. */
  newestMs(companyId: string): number | undefined;
}

/**
 * Reads and checks logs of seals: their chains, each seal against the keys, and each entry against what other copies have
 * in its place.
 *
 * @throws {EvidenceFault}
 */
export async function checkSealLogs(
  sources: readonly SealLogSource[],
  extent: 'whole' | 'part',
  { keys, positions }: { keys: Keys; positions: LogPositions },
): Promise<SealLog> {
  const manifests = new Map<string, LoggedManifest>();
  const recorders = new Map<string, Set<string>>();
  const newest = new Map<string, number>();
  const sealers = new Map<string, Sealer>();
  let foreignSeals = 0;
  for (const { file, open } of sources) {
    let companyId: string | undefined;
    const format = { name: 'a log of seals', schema: companyLogEntry, extent };
    for await (const entry of readLog(open(), file, format)) {
      const { sessionId, recorderId, sealNumber, sealedHash, keyId, signature } = entry;
      const where = { file, entry: entry.number };
      if (entry.companyId !== (companyId ??= entry.companyId)) {
        throw new EvidenceFault(
          'order',
          where,
          `Entry ${entry.number} is of another company, ${entry.companyId}.`,
        );
      }
      positions.enter(file, entry);
      newest.set(companyId, Math.max(newest.get(companyId) ?? 0, entry.atMs));
      recorders.set(sessionId, (recorders.get(sessionId) ?? new Set()).add(recorderId));
      sealers.set(keyOf(keyId, recorderId), { recorderId, keyId });
      const key = keys.get(keyId);
      if (key === undefined) {
        foreignSeals += 1;
        continue;
      }
      const head = { recorderId, sessionId, number: sealNumber, previousHash: sealedHash };
      if (!isHeadSigned(key, head, signature)) {
        throw new EvidenceFault(
          'signature',
          where,
          `Entry ${entry.number} was not signed by the key that it names.`,
        );
      }
      const id = keyOf(sessionId, recorderId);
      const known = manifests.get(id) ?? { sessionId, recorderId, seals: new Map(), last: where };
      known.seals.set(sealNumber, sealedHash);
      manifests.set(id, { ...known, last: where });
    }
  }
  return {
    manifests: [...manifests.values()],
    foreignSeals,
    sealers: [...sealers.values()],
    find: (sessionId, recorderId) => manifests.get(keyOf(sessionId, recorderId)),
    isShared: (sessionId, recorderId) =>
      [...(recorders.get(sessionId) ?? [])].some((other) => other !== recorderId),
    newestMs: (companyId) => newest.get(companyId),
  };
}

/** Checks that a manifest has every seal that the log has of it. @throws {EvidenceFault} */
export function checkAgainstLog({ file, begin, seals, entries }: CheckedManifest, log: SealLog): void {
  const logged = log.find(begin.sessionId, begin.recorderId);
  for (const [number, sealedHash] of logged?.seals ?? []) {
    if (seals.get(number)?.previousHash === sealedHash) continue;
    const where = { file, entry: Math.min(number, entries + 1) };
    if (number > entries) {
      throw new EvidenceFault(
        'truncated',
        where,
        `The company’s log has the seal ${number} of this manifest, which ends with entry ${entries}: its end was cut off.`,
      );
    }
    throw new EvidenceFault(
      'log-differs',
      where,
      `The company’s log has another seal ${number} of this manifest.`,
    );
  }
}

const keyOf = (id: string, recorderId: string): string => JSON.stringify([id, recorderId]);
