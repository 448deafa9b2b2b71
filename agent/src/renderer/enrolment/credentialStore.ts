import { enrolment, type Enrolment } from '@sightline/shared';
import type { AgentBridge } from '../../bridge.ts';

const STORAGE_KEY = 'sightline.enrolment';

/** Where this device keeps what it got when it enrolled. */
export interface CredentialStore {
  /** Undefined if there is nothing, or nothing that can be used. */
  load(): Promise<Enrolment | undefined>;
  /** Why nothing can be kept here, in words for the user; undefined if it can. */
  problem(): Promise<string | undefined>;
  save(enrolled: Enrolment): Promise<void>;
}

/** A {@link CredentialStore} of a plain browser, which has nothing better than its storage for this page. */
export function createBrowserStore(storage: Pick<Storage, 'getItem' | 'setItem'>): CredentialStore {
  return {
    load: async () => parseEnrolment(storage.getItem(STORAGE_KEY)),
    problem: async () => undefined,
    save: async (enrolled) => storage.setItem(STORAGE_KEY, JSON.stringify(enrolled)),
  };
}

/** A {@link CredentialStore} of the Electron shell, which has the system encrypt it. */
export function createShellStore(
  bridge: Pick<AgentBridge, 'loadCredential' | 'canSaveCredential' | 'saveCredential'>,
): CredentialStore {
  return {
    load: async () => parseEnrolment(await bridge.loadCredential()),
    async problem() {
      if (await bridge.canSaveCredential()) return undefined;
      return 'This system offers no keychain, and Sightline keeps no credential unencrypted. Set one up (on Linux: GNOME Keyring or KWallet), start Sightline again and enrol then.';
    },
    save: (enrolled) => bridge.saveCredential(JSON.stringify(enrolled)),
  };
}

function parseEnrolment(text: string | null): Enrolment | undefined {
  if (text === null) return undefined;
  try {
    return enrolment.safeParse(JSON.parse(text)).data;
  } catch {
    // Written by somebody else, or damaged: the device has to enrol again.
    return undefined;
  }
}
