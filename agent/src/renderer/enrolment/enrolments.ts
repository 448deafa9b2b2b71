import type { Enrolment, MachineInfo } from '@sightline/shared';
import type { CredentialStore } from './credentialStore.ts';
import { EnrolmentError, type Exchange } from './exchange.ts';

/** What this device is to the server. */
export interface Enrolments {
  /** Undefined while it is not enrolled. */
  readonly current: Enrolment | undefined;
  /** Reads what was kept. */
  load(): Promise<void>;
  /** Enrols, in the place of what was before. @throws {EnrolmentError} */
  enrol(secret: string, machine: MachineInfo): Promise<void>;
}

/** Builds {@link Enrolments}. */
export function createEnrolments({
  store,
  exchange,
}: {
  store: CredentialStore;
  exchange: Exchange;
}): Enrolments {
  let current: Enrolment | undefined;
  return {
    get current() {
      return current;
    },
    async load() {
      current = await store.load();
    },
    async enrol(secret, machine) {
      // Asked first: the secret may be good for one use only.
      const problem = await store.problem();
      if (problem !== undefined) throw new EnrolmentError(problem);
      const enrolled = await exchange({ secret, machine });
      current = enrolled;
      try {
        await store.save(enrolled);
      } catch (error) {
        throw new EnrolmentError(
          'This device is enrolled, but could not keep its credential: it will have to enrol again when this page is opened the next time.',
          { cause: error },
        );
      }
    },
  };
}
