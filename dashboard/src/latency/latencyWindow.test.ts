import { describe, expect, it } from '@jest/globals';
import { createLatencyWindow } from './latencyWindow.ts';

describe('the latency that is shown', () => {
  it('is unknown until measured, and again when cleared', () => {
    const window = createLatencyWindow();
    expect(window.medianMs()).toBeUndefined();
    window.add(0, 50);
    window.clear();
    expect(window.medianMs()).toBeUndefined();
  });

  it('is the median, which one outlier does not move', () => {
    const window = createLatencyWindow();
    for (const [at, latency] of [40, 42, 2_000, 41, 43].entries()) window.add(at * 33, latency);
    expect(window.medianMs()).toBe(42);
    window.add(200, 50);
    expect(window.medianMs()).toBe(42.5);
  });

  it('is that of the last second before the newest frame', () => {
    const window = createLatencyWindow();
    window.add(0, 1_000);
    window.add(999, 60);
    expect(window.medianMs()).toBe(530);
    window.add(1_000, 60);
    expect(window.medianMs()).toBe(60);
  });
});
