/** So many readings in a row decide: a moment's rush does not. */
const READINGS_TO_DECIDE = 3;

/** Whether something is the case, by readings of which none decides alone. */
export interface SteadyVerdict {
  readonly holds: boolean;
  /** Takes note of a reading; one between the two says that it stays as it is. */
  note(reading: { begins: boolean; ends: boolean }): void;
}

/** Builds one that does not hold. */
export function createSteadyVerdict(): SteadyVerdict {
  let holds = false;
  let contrary = 0;
  return {
    get holds() {
      return holds;
    },
    note({ begins, ends }) {
      contrary = (holds ? ends : begins) ? contrary + 1 : 0;
      if (contrary < READINGS_TO_DECIDE) return;
      holds = !holds;
      contrary = 0;
    },
  };
}
