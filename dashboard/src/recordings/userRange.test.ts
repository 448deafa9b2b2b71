import { describe, expect, it } from '@jest/globals';
import type { RecordedSession } from '@sightline/shared';
import { dayOf, displaysOf, neighbourDay, readWanted, sessionsWithin } from './userRange.ts';

const session = (sessionId: string, startedAtMs: number, endedAtMs: number | null): RecordedSession => ({
  sessionId,
  companyId: 'c1',
  userId: 'ann@ws',
  userName: 'ann',
  hostName: 'ws',
  startedAtMs,
  endedAtMs,
  tracks: [{ trackId: `display-${sessionId}`, label: `Display ${sessionId}`, runs: [] }],
});

describe('a day of a user', () => {
  it('goes from midnight to midnight of the viewer’s zone, and has neighbours', () => {
    const noon = new Date(2026, 2, 1, 12).getTime();
    const day = dayOf(noon);
    expect(day).toEqual({ startMs: new Date(2026, 2, 1).getTime(), endMs: new Date(2026, 2, 2).getTime() });
    expect(neighbourDay(day, -1)).toEqual(dayOf(new Date(2026, 1, 28, 3).getTime()));
    expect(neighbourDay(day, 1)).toEqual(dayOf(new Date(2026, 2, 2, 3).getTime()));
  });

  it('is read from an address, if it is one', () => {
    expect(readWanted({ user: 'ann@ws', from: '100', to: '200' })).toEqual({
      userId: 'ann@ws',
      range: { startMs: 100, endMs: 200 },
      trackId: undefined,
    });
    for (const query of [
      {},
      { user: 'ann@ws', from: '200', to: '100' },
      { user: 'ann@ws', from: 'x', to: '1' },
    ])
      expect(readWanted(query)).toBeUndefined();
  });

  it('has the sessions that touch it, and their displays', () => {
    const all = [
      session('1', 0, 100),
      session('2', 100, 200),
      session('3', 150, null),
      session('4', 300, 400),
    ];
    const found = sessionsWithin(all, { startMs: 100, endMs: 300 });
    expect(found.map(({ sessionId }) => sessionId)).toEqual(['2', '3']);
    expect(displaysOf([...found, ...found]).map(({ label }) => label)).toEqual(['Display 2', 'Display 3']);
  });
});
