/** What went wrong with an object store: nobody answered, it did not want to, or it has something else than was given. */
export type ObjectStoreFault = 'store-unreachable' | 'store-refused' | 'checksum-mismatch';

/**
 * An object store did not do what it was asked. The message is shown to many: it names no object, and says nothing in the
 * store's words.
 */
export class ObjectStoreError extends Error {
  readonly code: ObjectStoreFault;

  constructor(code: ObjectStoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ObjectStoreError';
    this.code = code;
  }
}

/** An object as it was stored once: where Object Lock is, what replaces or removes it leaves it behind. */
export interface ObjectVersion {
  key: string;
  versionId: string | undefined;
}

/** Keeps objects by key. Everything throws {@link ObjectStoreError}. */
export interface ObjectStore {
  /** Resolves when the object is there, and the store has proven that it is what was given. */
  put(key: string, content: Buffer, options?: { legalHold: boolean }): Promise<void>;
  /** Undefined: there is none. */
  get(key: string): Promise<Buffer | undefined>;
  /** Resolves when there is none. */
  remove(key: string): Promise<void>;
  /** Whether objects can be locked: the bucket has Object Lock. */
  hasObjectLock(): Promise<boolean>;
  /** Everything that was ever stored in a folder and has not gone for good. */
  versionsIn(folder: string): AsyncIterable<ObjectVersion>;
  /** Locks a version, whoever wants to delete it, or unlocks it. Nothing happens if it has gone meanwhile. */
  setLegalHold(version: ObjectVersion, held: boolean): Promise<void>;
  /** Lets go of connections. */
  close(): void;
}
