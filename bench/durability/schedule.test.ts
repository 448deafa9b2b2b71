import { describe, expect, it } from '@jest/globals';
import { hitBy, planKills } from './schedule.ts';

describe('a schedule of kills', () => {
  it('is the same for the same seed, and another for another', () => {
    const options = { kills: 50, streams: 8 };
    expect(planKills({ ...options, seed: 7 })).toEqual(planKills({ ...options, seed: 7 }));
    expect(planKills({ ...options, seed: 8 })).not.toEqual(planKills({ ...options, seed: 7 }));
  });

  it('hits everything that there is', () => {
    const kills = planKills({ kills: 300, seed: 1, streams: 4 });
    expect(new Set(kills.map(({ victim }) => victim))).toEqual(new Set(['ffmpeg', 'recorder', 'sfu']));
    expect(new Set(kills.map(({ stream }) => stream))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('hits one stream with its ffmpeg, and all of them with a service', () => {
    expect(hitBy({ victim: 'ffmpeg', stream: 2, afterMs: 0 }, 3)).toEqual([2]);
    expect(hitBy({ victim: 'sfu', stream: 2, afterMs: 0 }, 3)).toEqual([0, 1, 2]);
  });
});
