import { fail, succeed, type Result } from './result.ts';

/** For every state, the events it accepts and the state each leads to. */
export type TransitionTable<State extends string, Event extends string> = {
  readonly [S in State]: { readonly [E in Event]?: State };
};

/** The event does not exist in the present state; nothing has changed. */
export interface IllegalTransition<State extends string, Event extends string> {
  code: 'illegal-transition';
  state: State;
  event: Event;
}

/** One change of state, as handed to the observer. */
export interface Transition<State extends string, Event extends string> {
  from: State;
  to: State;
  event: Event;
}

/** A state that changes only through its table. */
export interface StateMachine<State extends string, Event extends string> {
  readonly state: State;
  /** Follows `event`, or leaves everything as it is and says why. */
  handle(event: Event): Result<State, IllegalTransition<State, Event>>;
  /** Whether `event` is accepted now. */
  accepts(event: Event): boolean;
}

/**
 * Builds a state machine from a table. `onTransition` is called once per change, after it: the one place
 * where a change of state is logged.
 */
export function createStateMachine<State extends string, Event extends string>(options: {
  table: TransitionTable<State, Event>;
  initial: State;
  onTransition?: (transition: Transition<State, Event>) => void;
}): StateMachine<State, Event> {
  let state = options.initial;
  return {
    get state() {
      return state;
    },
    accepts: (event) => options.table[state][event] !== undefined,
    handle(event) {
      const to = options.table[state][event];
      if (to === undefined) return fail({ code: 'illegal-transition', state, event });
      const from = state;
      state = to;
      options.onTransition?.({ from, to, event });
      return succeed(to);
    },
  };
}
