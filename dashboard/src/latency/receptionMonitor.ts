import type { Clock } from '@sightline/shared';
import type { EngineTransport } from '../watch/engine.ts';
import { readCounters, receptionRate, type ReceptionCounters, type ReceptionRate } from './receptionRate.ts';

type Observer = (rate: ReceptionRate) => void;

/** Measures what arrives, for all streams in one poll. */
export interface ReceptionMonitor {
  /** Calls `observe` after every poll with the rate of the media track; returns the function that ends it. */
  observe(mediaTrackId: string, observe: Observer): () => void;
  close(): void;
}

const POLL_MS = 1_000;
const NOTHING: ReceptionRate = { fps: 0, bitrateBps: 0 };

/** Builds a {@link ReceptionMonitor} that polls while anyone observes. */
export function createReceptionMonitor(deps: {
  transports: () => EngineTransport[];
  clock: Clock;
  onError: (error: unknown) => void;
}): ReceptionMonitor {
  const observers = new Map<Observer, string>();
  let before = new Map<string, ReceptionCounters>();
  let polling = false;

  async function poll(): Promise<void> {
    if (polling || observers.size === 0) return;
    polling = true;
    try {
      const reports = await Promise.all(deps.transports().map((transport) => transport.getStats()));
      const now = new Map(reports.flatMap((report) => [...readCounters(report)]));
      for (const [observe, mediaTrackId] of [...observers]) {
        const earlier = before.get(mediaTrackId);
        const later = now.get(mediaTrackId);
        observe((earlier && later && receptionRate(earlier, later)) ?? NOTHING);
      }
      before = now;
    } finally {
      polling = false;
    }
  }

  const stop = deps.clock.every(POLL_MS, () => {
    poll().catch(deps.onError);
  });
  return {
    observe(mediaTrackId, observe) {
      observers.set(observe, mediaTrackId);
      return () => observers.delete(observe);
    },
    close() {
      stop();
      observers.clear();
    },
  };
}
