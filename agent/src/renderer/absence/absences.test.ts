import { beforeEach, describe, expect, it } from '@jest/globals';
import { agentRequests, createRequester } from '@sightline/shared';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import type { PowerEvent } from '../../bridge.ts';
import { FakeTimeline } from '../local/fakeTimeline.ts';
import { createAbsences, type Absences } from './absences.ts';
import type { Absence } from './absenceStore.ts';

/** How far the wall clock of this machine is from the agent's time. */
const AHEAD_MS = 500;

let clock: ManualClock;
let timeline: FakeTimeline;
let absences: Absences;
let power: (event: PowerEvent) => void;
let told: unknown[];
let errors: unknown[];
let isFailing: boolean;
/** Causes of which the server takes no absence. */
let refusedCauses: Set<unknown>;
let stored: readonly Absence[];

beforeEach(() => {
  clock = createManualClock();
  timeline = new FakeTimeline(() => clock.nowMs() + AHEAD_MS);
  told = [];
  errors = [];
  isFailing = false;
  refusedCauses = new Set();
  stored = [];
  absences = create();
});

/** The absences of a page that was just loaded. */
function create(): Absences {
  return createAbsences({
    request: createRequester({ timeout: () => ({ emitWithAck: hear }) }, agentRequests),
    timeline,
    store: { load: () => [...stored], save: (saved) => void (stored = saved) },
    clock,
    power: (listener) => {
      power = listener;
      return () => undefined;
    },
    onError: (error) => errors.push(error),
  });
}

async function hear(name: string, payload: unknown): Promise<unknown> {
  if (isFailing) throw new Error('lost');
  const { cause } = agentRequests['report-absence'].request.parse(payload);
  if (refusedCauses.has(cause))
    return { ok: false, error: { code: 'bad-payload', message: 'in the future' } };
  told.push([name, payload]);
  return { ok: true, data: {} };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

describe('absences', () => {
  it('are reported when the server can be told, in the time of the wall clock', async () => {
    power({ kind: 'lock-screen', atMs: 1_000 });
    power({ kind: 'unlock-screen', atMs: 61_000 });
    await settle();
    expect(told).toEqual([]);
    absences.connected();
    await settle();
    expect(told).toEqual([['report-absence', { cause: 'lock', fromMs: 1_000, toMs: 61_000 }]]);
  });

  it('are one where clocks and shell tell of the same sleep', async () => {
    power({ kind: 'suspend', atMs: 1_000 });
    power({ kind: 'resume', atMs: 90_000 });
    timeline.events.emit('slept', { fromMs: 900 + AHEAD_MS, toMs: 90_500 + AHEAD_MS });
    absences.connected();
    await settle();
    expect(told).toEqual([['report-absence', { cause: 'sleep', fromMs: 900, toMs: 90_500 }]]);
  });

  it('are reported again when the connection was lost over them', async () => {
    isFailing = true;
    timeline.events.emit('slept', { fromMs: 1_500, toMs: 9_500 });
    absences.connected();
    await settle();
    expect(errors).toHaveLength(1);
    absences.disconnected();
    isFailing = false;
    absences.connected();
    await settle();
    expect(told).toEqual([['report-absence', { cause: 'sleep', fromMs: 1_000, toMs: 9_000 }]]);
  });

  it('do not wait for one that is refused, which is reported again on the next connection', async () => {
    refusedCauses.add('sleep');
    timeline.events.emit('slept', { fromMs: 1_500, toMs: 9_500 });
    absences.connected();
    power({ kind: 'lock-screen', atMs: 10_000 });
    power({ kind: 'unlock-screen', atMs: 61_000 });
    await settle();
    expect(told).toEqual([['report-absence', { cause: 'lock', fromMs: 10_000, toMs: 61_000 }]]);
    absences.connected();
    await settle();
    expect(errors).toMatchObject([{ code: 'bad-payload' }]);
    refusedCauses.clear();
    absences.disconnected();
    absences.connected();
    await settle();
    expect(told).toHaveLength(2);
    expect(stored).toEqual([]);
  });

  it('are reported after the page was loaded anew, until the server has been told', async () => {
    power({ kind: 'lock-screen', atMs: 1_000 });
    power({ kind: 'unlock-screen', atMs: 61_000 });
    absences.close();
    const report = { cause: 'lock', fromMs: 1_000, toMs: 61_000 };
    expect(stored).toEqual([report]);
    timeline = new FakeTimeline(() => clock.nowMs() + 7_000);
    absences = create();
    absences.connected();
    await settle();
    expect(told).toEqual([['report-absence', report]]);
    expect(stored).toEqual([]);
  });

  it('need a beginning and an end', async () => {
    absences.connected();
    power({ kind: 'resume', atMs: 5_000 });
    power({ kind: 'lock-screen', atMs: 6_000 });
    await settle();
    expect(told).toEqual([]);
  });
});
