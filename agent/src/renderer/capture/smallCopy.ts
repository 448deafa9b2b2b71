import type { Clock } from '@sightline/shared';
import { smallConstraints } from './constraints.ts';

const LOOK_PERIOD_MS = 1_000;

/** A reduced copy of a captured track, for the wall. */
export interface SmallCopy {
  readonly track: MediaStreamTrack;
  /** Ends the copy, not the original. May be called again. */
  close(): void;
}

/**
 * Clones the track and reduces the clone. Constraints on the clone, rather than a limit in the sender's
 * encoding, keep the frames that nobody needs away from the encoder. It is encoded as motion: at this size text
 * cannot be read anyway, and would cost twice the bits for half the frames. The copy follows changes of the
 * original's resolution within a second: no event tells of them.
 */
export async function createSmallCopy(deps: {
  original: MediaStreamTrack;
  clock: Clock;
  onError: (error: unknown) => void;
}): Promise<SmallCopy> {
  const { original, clock, onError } = deps;
  const track = original.clone();
  track.contentHint = 'motion';
  let appliedSize = '';

  async function reduce(): Promise<void> {
    const { width, height } = original.getSettings();
    const size = `${width}x${height}`;
    if (width === undefined || height === undefined || size === appliedSize) return;
    appliedSize = size;
    await track.applyConstraints(smallConstraints({ width, height }));
  }

  try {
    await reduce();
  } catch (error) {
    track.stop();
    throw error;
  }
  const stopLooking = clock.every(LOOK_PERIOD_MS, () => {
    reduce().catch((error: unknown) => {
      if (track.readyState === 'live') onError(error);
    });
  });

  return {
    track,
    close() {
      stopLooking();
      track.stop();
    },
  };
}
