import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import type { Enrolment, MachineInfo } from '@sightline/shared';
import type { Enrolments } from './enrolments.ts';

/** Enrolling, as the page shows it. */
export interface EnrolmentStatus {
  readonly enrolled: ShallowRef<Enrolment | undefined>;
  readonly busy: Ref<boolean>;
  readonly problem: Ref<string | undefined>;
  /** Enrols; says whether there is a credential to connect with now. */
  readonly enrol: (secret: string, machine: MachineInfo) => Promise<boolean>;
}

/** Follows what becomes of enrolling. */
export function useEnrolment(enrolments: Enrolments): EnrolmentStatus {
  const enrolled = shallowRef(enrolments.current);
  const busy = ref(false);
  const problem = ref<string>();
  return {
    enrolled,
    busy,
    problem,
    async enrol(secret, machine) {
      const before = enrolments.current;
      busy.value = true;
      problem.value = undefined;
      try {
        await enrolments.enrol(secret, machine);
      } catch (error) {
        problem.value = error instanceof Error ? error.message : String(error);
      }
      busy.value = false;
      enrolled.value = enrolments.current;
      return enrolments.current !== before;
    },
  };
}
