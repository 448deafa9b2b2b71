/** What can be wrong with evidence. */
export type FaultCode =
  /** It is not what it should be: no such format, no text, a line that is no entry. */
  | 'unreadable'
  /** An entry does not follow the one before: something was removed, inserted or reordered. */
  | 'number'
  | 'previous-hash'
  /** An entry was changed. */
  | 'hash'
  /** An entry cannot stand where it does. */
  | 'order'
  /** Sealed or signed by a key that was not given. */
  | 'unknown-key'
  /** Sealed or signed by a key that was given, and is not that of this recorder. */
  | 'other-key'
  | 'signature'
  /** The last entries are under no seal. */
  | 'unsealed'
  /** A seal that is in the company's log is not in the manifest, or another one. */
  | 'truncated'
  | 'log-differs'
  /** Two copies of the company's log have different entries in one place. */
  | 'log-rewritten'
  | 'session-missing'
  /** A session's folder is not where its manifest says. */
  | 'misplaced'
  | 'file-missing'
  | 'file-size'
  | 'file-hash'
  | 'file-unlisted'
  | 'ledger';

/** The first thing that is wrong. */
export interface Finding {
  code: FaultCode;
  /** Relative to what is verified, or the name of the file with seals. */
  file: string;
  /** Number of the entry in it, from 1. */
  entry?: number;
  message: string;
}

/** Ends a verification. */
export class EvidenceFault extends Error {
  readonly code: FaultCode;
  readonly finding: Finding;

  constructor(code: FaultCode, where: { file: string; entry?: number | undefined }, message: string) {
    super(message);
    this.name = 'EvidenceFault';
    this.code = code;
    const { file, entry } = where;
    this.finding = entry === undefined ? { code, file, message } : { code, file, entry, message };
  }
}
