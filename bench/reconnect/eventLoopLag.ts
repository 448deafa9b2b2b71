import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Lag } from './fleetProtocol.ts';

const RESOLUTION_MS = 5;

/** Begins to watch this process's event loop; the returned function tells how late it was since. */
export function watchEventLoop(): () => Lag {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return () => {
    const late = (ns: number): number => Math.max(0, Math.round(ns / 1e6 - RESOLUTION_MS));
    const lag = { p99Ms: late(histogram.percentile(99)), maxMs: late(histogram.max) };
    histogram.reset();
    return lag;
  };
}
