import { beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createFarewell, type Farewell } from './farewell.ts';

let clock: ManualClock;
let quits: number;
let asked: number;
let farewell: Farewell;
let beforeQuit: (event: { preventDefault(): void }) => void;

function tryToQuit(): boolean {
  let prevented = false;
  beforeQuit({ preventDefault: () => (prevented = true) });
  return !prevented;
}

function create(hasPage: boolean): void {
  farewell = createFarewell({
    app: { on: (_event, listener) => (beforeQuit = listener), quit: () => (quits += 1) },
    clock,
    ask() {
      asked += 1;
      return hasPage;
    },
  });
}

beforeEach(() => {
  clock = createManualClock();
  quits = 0;
  asked = 0;
  create(true);
});

describe('quitting', () => {
  it('waits until the page has said goodbye', () => {
    expect(tryToQuit()).toBe(false);
    expect(tryToQuit()).toBe(false);
    expect(asked).toBe(1);
    farewell.said();
    expect(quits).toBe(1);
    expect(tryToQuit()).toBe(true);
  });

  it('waits for 1 s at most', () => {
    tryToQuit();
    clock.advance(999);
    expect(quits).toBe(0);
    clock.advance(1);
    farewell.said();
    expect(quits).toBe(1);
    expect(farewell.done).toBe(true);
  });

  it('waits for nobody when there is no page', () => {
    create(false);
    tryToQuit();
    expect(quits).toBe(1);
  });

  it('is not caused by a goodbye that nobody asked for', () => {
    farewell.said();
    expect(quits).toBe(0);
  });
});
