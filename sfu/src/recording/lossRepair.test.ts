import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Interval } from '@sightline/shared';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createLossRepair, type DamagedTrack, type LossRepair } from './lossRepair.ts';

let clock: ManualClock;
let repair: LossRepair;
let asked: number[];
let track: DamagedTrack;

const lostFor = (lengthMs: number, agoMs = 1_000): { holes: Interval[] } => {
  const toMs = clock.nowMs() - agoMs;
  return { holes: [{ fromMs: toMs - lengthMs, toMs }] };
};

beforeEach(() => {
  clock = createManualClock(1_000_000);
  repair = createLossRepair({ clock });
  asked = [];
  track = {
    trackId: 'display-1',
    client: { offerSent: () => asked.push(clock.nowMs() - 1_000_000) },
    producer: { closed: false },
  };
});

describe('what is lost on the way', () => {
  it('is asked of the agent, if it is worth it and the agent can still have it', () => {
    repair.segmentRecorded(track, { holes: [] });
    repair.segmentRecorded(track, lostFor(99));
    repair.segmentRecorded(track, lostFor(3_000, 20_000));
    expect(asked).toEqual([]);
    repair.segmentRecorded(track, lostFor(3_000));
    expect(asked).toEqual([0]);
  });

  it('is asked for once in ten seconds, and none is forgotten', () => {
    repair.segmentRecorded(track, lostFor(3_000));
    clock.advance(4_000);
    repair.segmentRecorded(track, lostFor(500));
    repair.segmentRecorded(track, lostFor(500));
    clock.advance(60_000);
    expect(asked).toEqual([0, 10_000]);
    repair.segmentRecorded(track, lostFor(500));
    expect(asked).toEqual([0, 10_000, 64_000]);
    expect(clock.pending).toBe(0);
  });

  it('is not asked for any more when the display is not sent any more', () => {
    const producer = { closed: false };
    const ending = { ...track, producer };
    repair.segmentRecorded(ending, lostFor(3_000));
    repair.segmentRecorded(ending, lostFor(3_000));
    producer.closed = true;
    clock.advance(60_000);
    expect(asked).toEqual([0]);
  });
});
