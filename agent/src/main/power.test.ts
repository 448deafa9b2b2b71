import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import type { PowerEvent } from '../bridge.ts';
import { watchPower } from './power.ts';

describe('watching the machine', () => {
  it('tells what happens to it, and when', () => {
    const clock = createManualClock();
    const listeners = new Map<string, () => void>();
    const told: PowerEvent[] = [];
    watchPower({ on: (kind, listener) => listeners.set(kind, listener) }, clock, (event) => told.push(event));
    const startMs = clock.nowMs();
    for (const kind of ['lock-screen', 'suspend', 'resume', 'unlock-screen']) {
      clock.advance(1_000);
      listeners.get(kind)?.();
    }
    expect(told.map(({ kind, atMs }) => [kind, atMs - startMs])).toEqual([
      ['lock-screen', 1_000],
      ['suspend', 2_000],
      ['resume', 3_000],
      ['unlock-screen', 4_000],
    ]);
  });
});
