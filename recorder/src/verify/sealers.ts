import { EvidenceFault } from './finding.ts';

/** The ids of the keys with which each recorder seals, by the recorders' ids. */
export type Sealers = ReadonlyMap<string, ReadonlySet<string>>;

/** A recorder, and a key that is said to be its own. */
export interface Sealer {
  recorderId: string;
  keyId: string;
}

/** Where it is on record which keys are whose. */
export interface SealerRecord {
  /** In messages. */
  name: string;
  sealers: Sealers;
}

/** Gathers {@link Sealers}. A recorder has several keys if its key was replaced. */
export function toSealers(known: readonly Sealer[]): Sealers {
  const sealers = new Map<string, Set<string>>();
  for (const { recorderId, keyId } of known)
    sealers.set(recorderId, (sealers.get(recorderId) ?? new Set()).add(keyId));
  return sealers;
}

/**
 * Checks that a key is the recorder's own: a key that was given proves what its recorder has made, and nothing of others.
 *
 * @param records the most trustworthy first: what that says of the recorder, no other one can change.
 * @throws {EvidenceFault} `other-key`
 */
export function checkSealer(
  { recorderId, keyId }: Sealer,
  where: { file: string; entry?: number },
  records: readonly SealerRecord[],
): void {
  for (const { name, sealers } of records) {
    const own = sealers.get(recorderId);
    if (own?.has(keyId) === true) return;
    const other = [...sealers].find(([, keyIds]) => keyIds.has(keyId))?.[0];
    if (own === undefined && other === undefined) continue;
    const whose = other === undefined ? '' : `, but recorder ${other}’s`;
    throw new EvidenceFault(
      'other-key',
      where,
      `It is sealed for recorder ${recorderId} with a key that is not its own by ${name}${whose} (${keyId}). If its key was replaced since, give what is newer.`,
    );
  }
}
