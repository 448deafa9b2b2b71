import type { RecorderStatus } from '@sightline/shared';

/** A recorder that has ever been ready. */
export interface StoredRecorder {
  recorderId: string;
  mediaBaseUrl: string;
  /** Ed25519, SPKI in PEM. */
  publicKey: string;
  keyId: string;
  lastSeenMs: number;
  status: RecorderStatus | null;
}

/** The recorders. */
export interface RecordersRepository {
  /** Enters it, or replaces what was known. */
  put(recorder: StoredRecorder): Promise<void>;
  list(): Promise<StoredRecorder[]>;
}
