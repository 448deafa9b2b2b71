/** What went wrong with an object store: nobody answered, it did not want to, or it has something else than was given. */
export type ObjectStoreFault = 'store-unreachable' | 'store-refused' | 'checksum-mismatch';

/** An object store did not do what it was asked. */
export class ObjectStoreError extends Error {
  readonly code: ObjectStoreFault;

  constructor(code: ObjectStoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ObjectStoreError';
    this.code = code;
  }
}

/** Keeps objects by key. Everything throws {@link ObjectStoreError}. */
export interface ObjectStore {
  /** Resolves when the object is there, and the store has proven that it is what was given. */
  put(key: string, content: Buffer): Promise<void>;
  /** Undefined: there is none. */
  get(key: string): Promise<Buffer | undefined>;
  /** Resolves when there is none. */
  remove(key: string): Promise<void>;
  /** Lets go of connections. */
  close(): void;
}
