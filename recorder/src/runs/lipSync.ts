import { ProtocolError } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { Recording } from '../ffmpeg/engine.ts';
import type { SentFrame, SegmentClock } from './segmentClock.ts';

/** Keeps a run's sound at the time of its pictures: both are known by the sfu's wall time. */
export interface LipSync {
  /** Takes note of a key frame of the run's video. */
  addKeyFrame(keyFrame: SentFrame): void;
  /**
   * Takes note of when a packet of sound arrived; resolves when ffmpeg has been told. Clocks drift: to be repeated.
   *
   * @throws {ProtocolError} `media-unavailable` before the run's first key frame.
   */
  addSound(packet: SentFrame): Promise<void>;
}

/** Builds the {@link LipSync} of a run that is recorded. */
export function createLipSync(deps: {
  recording: Pick<Recording, 'align'>;
  clock: SegmentClock;
  logger: Logger;
}): LipSync {
  const { recording, clock, logger } = deps;
  let last: Promise<void> | undefined;
  const align = (...told: Parameters<Recording['align']>): Promise<void> => {
    // One after the other: sound is placed relative to video.
    last = (last ?? Promise.resolve()).catch(() => undefined).then(() => recording.align(...told));
    return last;
  };
  return {
    addKeyFrame({ rtpTimestamp }) {
      const ticks = clock.ticksOf(rtpTimestamp);
      if (ticks === undefined) return;
      align('video', { rtpTimestamp, ticks }).catch((error: unknown) => {
        logger.warn({ err: error }, 'ffmpeg could not be told the time of a key frame');
      });
    },
    async addSound({ rtpTimestamp, atMs }) {
      const ticks = clock.ticksAt(atMs);
      if (ticks === undefined || last === undefined) {
        throw new ProtocolError(
          'media-unavailable',
          'No key frame of the run is known yet; try again after it.',
        );
      }
      await align('audio', { rtpTimestamp, ticks });
    },
  };
}
