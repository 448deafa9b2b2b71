import { ObjectStoreError, type ObjectStore, type ObjectStoreFault } from './objectStore.ts';

/** An object store in memory, for tests, that fails on demand. */
export interface FakeObjectStore extends ObjectStore {
  readonly objects: Map<string, Buffer>;
  /** What it does instead of what it is asked. */
  fault: ObjectStoreFault | undefined;
  /** Keys of every attempt to upload, in order. */
  readonly attempts: string[];
}

/** Builds one that is empty. */
export function createFakeObjectStore(): FakeObjectStore {
  const fail = (): void => {
    if (store.fault !== undefined) throw new ObjectStoreError(store.fault, 'As the test has it.');
  };
  const store: FakeObjectStore = {
    objects: new Map(),
    fault: undefined,
    attempts: [],
    async put(key, content) {
      store.attempts.push(key);
      await Promise.resolve();
      fail();
      store.objects.set(key, content);
    },
    async get(key) {
      await Promise.resolve();
      fail();
      return store.objects.get(key);
    },
    async remove(key) {
      await Promise.resolve();
      fail();
      store.objects.delete(key);
    },
    close: () => undefined,
  };
  return store;
}
