import { describe, expect, it } from '@jest/globals';
import { describeStretches, partsOf } from './elsewhere.ts';

const at = (hour: number, minute: number): number => new Date(2026, 2, 1, hour, minute).getTime();

describe('what is elsewhere', () => {
  it('is told by recorder, whatever display it is of', () => {
    const own = { sessionId: 's1', trackId: 'display-1' };
    const first = { fromMs: at(12, 0), toMs: at(12, 10) };
    expect(
      partsOf([
        { recorderId: 'r2', ...own, ...first },
        { recorderId: 'r3', ...own, fromMs: at(9, 0), toMs: at(9, 1) },
        { recorderId: 'r2', ...own, trackId: 'display-2', fromMs: at(12, 5), toMs: at(12, 20) },
      ]),
    ).toEqual([
      { recorderId: 'r2', stretches: [{ fromMs: at(12, 0), toMs: at(12, 20) }] },
      { recorderId: 'r3', stretches: [{ fromMs: at(9, 0), toMs: at(9, 1) }] },
    ]);
  });

  it('is said with its times and its length', () => {
    expect(describeStretches([{ fromMs: at(12, 0), toMs: at(12, 20) }])).toBe(
      '2026-03-01 12:00:00 – 12:20:00 (20:00)',
    );
    expect(describeStretches([{ fromMs: at(23, 0), toMs: at(25, 0) }])).toBe(
      '2026-03-01 23:00:00 – 2026-03-02 01:00:00 (2:00:00)',
    );
    const many = [8, 9, 10, 11, 12, 13].map((hour) => ({ fromMs: at(hour, 0), toMs: at(hour, 1) }));
    expect(describeStretches(many)).toMatch(/11:00:00 – 11:01:00 and 2 more \(6:00\)$/);
  });
});
