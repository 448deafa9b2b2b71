import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createStateMachine, type Transition, type TransitionTable } from './stateMachine.ts';

type State = 'idle' | 'running' | 'over';
type Event = 'start' | 'stop' | 'fail';

const table: TransitionTable<State, Event> = {
  idle: { start: 'running', fail: 'over' },
  running: { stop: 'idle', fail: 'over' },
  over: {},
};
const events = fc.array(fc.constantFrom<Event>('start', 'stop', 'fail'));

describe('a state machine', () => {
  it('follows its table and nothing else, whatever comes', () => {
    fc.assert(
      fc.property(events, (sequence) => {
        const seen: Transition<State, Event>[] = [];
        const machine = createStateMachine({ table, initial: 'idle', onTransition: (one) => seen.push(one) });
        for (const event of sequence) {
          const before = machine.state;
          const target = table[before][event];
          const known = seen.length;
          expect(machine.accepts(event)).toBe(target !== undefined);
          const result = machine.handle(event);
          expect(machine.state).toBe(target ?? before);
          expect(seen.slice(known)).toEqual(
            target === undefined ? [] : [{ from: before, to: target, event }],
          );
          expect(result).toEqual(
            target === undefined
              ? { ok: false, error: { code: 'illegal-transition', state: before, event } }
              : { ok: true, value: target },
          );
        }
      }),
    );
  });
});
