import type { Clock, StorageProblem } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';

/** What is wrong with a recorder at the moment. */
export interface Problems {
  /** Says that something is wrong, and why now; since when stays as it was. */
  raise(code: string, message: string): void;
  /** Says that it is over. */
  clear(code: string): void;
  list(): StorageProblem[];
}

const MESSAGE_CHARACTERS = 2_000;

/** Builds a list without problems. */
export function createProblems(deps: { clock: Clock; logger: Logger }): Problems {
  const current = new Map<string, StorageProblem>();
  return {
    raise(code, text) {
      const message = text.slice(0, MESSAGE_CHARACTERS);
      const known = current.get(code);
      if (known?.message === message) return;
      current.set(code, { code, message, sinceMs: known?.sinceMs ?? deps.clock.nowMs() });
      if (known === undefined) deps.logger.error({ code, problem: message }, 'a problem began');
    },
    clear(code) {
      const known = current.get(code);
      if (known === undefined) return;
      current.delete(code);
      deps.logger.info({ code, sinceMs: known.sinceMs }, 'a problem is over');
    },
    list: () => [...current.values()],
  };
}
