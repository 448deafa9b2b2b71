import { ObjectStoreError, type ObjectStore, type ObjectStoreFault } from './objectStore.ts';

/** An object store in memory, for tests, that fails on demand. */
export interface FakeObjectStore extends ObjectStore {
  readonly objects: Map<string, Buffer>;
  /** What it does instead of what it is asked. */
  fault: ObjectStoreFault | undefined;
  /** Keys of every attempt to upload, in order. */
  readonly attempts: string[];
  /** Whether the bucket has Object Lock. If not, nobody is to try. */
  objectLock: boolean;
  /** Whether who uses it may lock. */
  mayLock: boolean;
  /** Everything that was ever stored, in order; a version's id is its place. */
  readonly versions: { key: string; locked: boolean }[];
}

/** Builds one that is empty and has no Object Lock. */
export function createFakeObjectStore(): FakeObjectStore {
  const act = async (): Promise<void> => {
    await Promise.resolve();
    if (store.fault !== undefined) throw new ObjectStoreError(store.fault, 'As the test has it.');
  };
  const requireLock = (): void => {
    if (!store.objectLock) throw new Error('This bucket has no Object Lock, as was to be known.');
    if (!store.mayLock) throw new ObjectStoreError('store-refused', 'Nobody may lock.');
  };
  const store: FakeObjectStore = {
    objects: new Map(),
    fault: undefined,
    attempts: [],
    objectLock: false,
    mayLock: true,
    versions: [],
    async put(key, content, { legalHold } = { legalHold: false }) {
      store.attempts.push(key);
      await act();
      if (legalHold) requireLock();
      store.objects.set(key, content);
      store.versions.push({ key, locked: legalHold });
    },
    async get(key) {
      await act();
      return store.objects.get(key);
    },
    async remove(key) {
      await act();
      store.objects.delete(key);
    },
    async hasObjectLock() {
      await act();
      return store.objectLock;
    },
    async *versionsIn(folder) {
      for (const [at, { key }] of [...store.versions].entries()) {
        await act();
        if (key.startsWith(`${folder}/`)) yield { key, versionId: String(at) };
      }
    },
    async setLegalHold({ versionId }, held) {
      await act();
      requireLock();
      const version = store.versions[Number(versionId)];
      if (version !== undefined) version.locked = held;
    },
    close: () => undefined,
  };
  return store;
}
