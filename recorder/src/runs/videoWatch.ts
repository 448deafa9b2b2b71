import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { Recording } from '../ffmpeg/engine.ts';
import type { RunFolder } from '../store/runFolder.ts';
import { createKeyFrameNeed } from './keyFrameNeed.ts';
import {
  createLossMarks,
  isSame,
  type LossMarks,
  type LossMarksDeps,
  type VideoPosition,
} from './lossMarks.ts';
import { createWrittenVideo } from './writtenVideo.ts';

/** Frames that ffmpeg has not written yet: the parser learns of the end of one from the next; sound has it hold one more. */
const HELD_FRAMES = 1;
const HELD_FOR_SOUND = 1;

/** Follows what ffmpeg writes of a run's video, and what is lost of it. */
export interface VideoWatch {
  readonly losses: LossMarks;
  /** Returns whether ffmpeg has written any video since the last look. */
  look(): Promise<boolean>;
  /** Position of the part that was being written at the last look. */
  readonly newestPart: number;
}

/** Watches a recording; asks for a key frame whenever some of its video was lost. */
export function watchVideo(deps: {
  recording: Recording;
  folder: RunFolder;
  /** Position of the first part that is not closed yet. */
  firstOpen: () => number;
  /** What is received. */
  codec: string;
  hasAudio: boolean;
  requestKeyFrame: () => Promise<unknown>;
  /** See {@link LossMarksDeps.remember}. */
  rememberLoss: LossMarksDeps['remember'];
  clock: Clock;
  logger: Logger;
}): VideoWatch {
  const { recording, hasAudio, clock, logger } = deps;
  const written = createWrittenVideo(deps);
  const needKeyFrame = createKeyFrameNeed({ request: deps.requestKeyFrame, clock, logger });
  const losses = createLossMarks({
    heldFrames: HELD_FRAMES + (hasAudio ? HELD_FOR_SOUND : 0),
    hasAudio,
    dropsDamaged: deps.codec === 'video/VP8',
    locate: () => written.look(),
    overflowed: () => recording.overflowed(),
    remember: deps.rememberLoss,
    clock,
  });
  let last: VideoPosition | undefined;

  recording.onLoss(() => {
    losses
      .add()
      .then((ofVideo) => {
        if (ofVideo) needKeyFrame();
      })
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'where packets were lost could not be found out yet');
        needKeyFrame();
      });
  });

  return {
    losses,
    get newestPart() {
      return written.newestPart;
    },
    async look() {
      const atMs = clock.nowMs();
      const position = await written.look();
      if (position === undefined) return false;
      losses.seen(position, atMs);
      const grew = last === undefined || !isSame(position, last);
      last = position;
      return grew;
    },
  };
}
