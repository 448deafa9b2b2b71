import type { Clock } from '@sightline/shared';
import type { PublishedStream } from '../publish/publication.ts';
import {
  readSenderSample,
  senderRates,
  type SenderRates,
  type SenderSample,
} from '../publish/senderStats.ts';

const PERIOD_MS = 1_000;

/** What every published stream does now, by `trackId/source`. */
export type RatesByStream = ReadonlyMap<string, SenderRates>;

/** The key of a stream in {@link RatesByStream}. */
export function rateKey(stream: Pick<PublishedStream, 'trackId' | 'source'>): string {
  return `${stream.trackId}/${stream.source}`;
}

/** Measures every stream once a second until closed. */
export function createRateMeter(deps: {
  clock: Clock;
  streams: () => readonly PublishedStream[];
  onRates: (rates: RatesByStream) => void;
  onError: (error: unknown) => void;
}): { close: () => void } {
  let previous = new Map<string, SenderSample>();
  let measuring = false;

  async function measure(): Promise<void> {
    const samples = new Map<string, SenderSample>();
    const rates = new Map<string, SenderRates>();
    for (const published of deps.streams()) {
      const sample = readSenderSample(await published.stream.getStats());
      if (sample === undefined) continue;
      const { producerId } = published.stream;
      samples.set(producerId, sample);
      rates.set(rateKey(published), senderRates(previous.get(producerId), sample));
    }
    previous = samples;
    deps.onRates(rates);
  }

  async function measureOnce(): Promise<void> {
    if (measuring) return;
    measuring = true;
    const measured = deps.streams();
    try {
      await measure();
    } catch (error) {
      // A stream that was closed meanwhile has no statistics, and needs none.
      if (measured.every((stream) => deps.streams().includes(stream))) deps.onError(error);
    } finally {
      measuring = false;
    }
  }

  return { close: deps.clock.every(PERIOD_MS, () => void measureOnce()) };
}
