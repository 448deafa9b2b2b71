import { SENT_KEPT_MS, type Clock, type Segment } from '@sightline/shared';
import { MIN_GAP_MS } from '../healing/gaps.ts';

/** Every time costs the agent a part of its uplink: what it keeps overlaps with what it offered before. */
const INTERVAL_MS = 10_000;

/** Whose packets were lost: what is needed of a `PublishedProducer`. */
export interface DamagedTrack {
  readonly trackId: string;
  readonly client: { offerSent(trackId: string): void };
  readonly producer: { readonly closed: boolean };
}

/** Has agents offer what they keep of what they sent, where it was lost on the way. */
export interface LossRepair {
  /** A segment of it is on record. */
  segmentRecorded(track: DamagedTrack, segment: Pick<Segment, 'holes'>): void;
}

/** Builds the {@link LossRepair}. */
export function createLossRepair({ clock }: { clock: Clock }): LossRepair {
  const asked = new WeakMap<DamagedTrack, { atMs: number; isDue: boolean }>();

  function ask(track: DamagedTrack): void {
    asked.set(track, { atMs: clock.nowMs(), isDue: false });
    track.client.offerSent(track.trackId);
  }

  return {
    segmentRecorded(track, { holes }) {
      const nowMs = clock.nowMs();
      const isLost = holes.some(
        ({ fromMs, toMs }) => toMs - fromMs >= MIN_GAP_MS && toMs > nowMs - SENT_KEPT_MS,
      );
      if (!isLost) return;
      const last = asked.get(track);
      const waitMs = (last?.atMs ?? Number.NEGATIVE_INFINITY) + INTERVAL_MS - nowMs;
      if (last === undefined || waitMs <= 0) {
        ask(track);
      } else if (!last.isDue) {
        last.isDue = true;
        clock.after(waitMs, () => {
          if (!track.producer.closed) ask(track);
        });
      }
    },
  };
}
