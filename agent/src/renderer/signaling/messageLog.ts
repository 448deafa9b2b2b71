import type { Clock, SeenMessages } from '@sightline/shared';
import * as z from 'zod';

const STORAGE_KEY = 'sightline.lastSeenMessage';
const CONFIRM_DELAY_MS = 1_000;

const stored = z.object({ deviceId: z.string(), last: z.int().nonnegative() });

/** Which messages this device has handled; known again after the page was loaded anew. */
export interface MessageLog extends SeenMessages {
  /** The server is there: what it has not been told yet it is told within a second. */
  start(): void;
  /** The server is not there. */
  stop(): void;
}

/** What a {@link MessageLog} is made from. */
export interface MessageLogDeps {
  clock: Clock;
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** Messages are numbered per device; undefined before it is enrolled. */
  deviceId: () => string | undefined;
  /** Tells the server that all messages up to `last` have been handled. */
  confirm: (last: number) => Promise<unknown>;
  onError: (error: unknown) => void;
}

/** Builds a {@link MessageLog}. */
export function createMessageLog(deps: MessageLogDeps): MessageLog {
  const { clock, storage, deviceId } = deps;
  let cancelConfirm: (() => void) | undefined;
  let entry = readEntry(storage);
  let confirmed = 0;
  let started = false;

  const readLast = (): number => (entry?.deviceId === deviceId() ? (entry?.last ?? 0) : 0);

  function confirmSoon(): void {
    if (!started || cancelConfirm !== undefined || readLast() === confirmed) return;
    cancelConfirm = clock.after(CONFIRM_DELAY_MS, () => {
      cancelConfirm = undefined;
      confirmNow().catch((error: unknown) => {
        // Without a connection the number goes with the next login.
        if (started) deps.onError(error);
      });
    });
  }

  async function confirmNow(): Promise<void> {
    const last = readLast();
    await deps.confirm(last);
    confirmed = last;
  }

  return {
    get last() {
      return readLast();
    },
    advance(number) {
      const id = deviceId();
      if (id === undefined) return;
      entry = { deviceId: id, last: number };
      try {
        storage.setItem(STORAGE_KEY, JSON.stringify(entry));
      } catch (error) {
        // The page still knows; only loaded anew it would be told again what it has handled.
        deps.onError(error);
      }
      confirmSoon();
    },
    start() {
      started = true;
      confirmSoon();
    },
    stop() {
      started = false;
      cancelConfirm?.();
      cancelConfirm = undefined;
    },
  };
}

function readEntry(storage: MessageLogDeps['storage']): z.output<typeof stored> | undefined {
  const text = storage.getItem(STORAGE_KEY);
  return stored.safeParse(text === null ? undefined : parseJson(text)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Somebody else wrote there; it counts as nothing.
    return undefined;
  }
}
