import type { Clock } from '@sightline/shared';
import Hls, { ErrorDetails, ErrorTypes, Events, type ErrorData, type LevelDetails } from 'hls.js';
import { messageOf } from '../ui/messageOf.ts';
import type { GrantKeeper } from './grantKeeper.ts';
import { livePosition, type Fragment } from './mediaTimeline.ts';

/** A playlist being played in a video element: the one boundary to hls.js. */
export interface HlsPlayer {
  close(): void;
}

/** Whether this browser can play recordings. */
export const canPlayHls = (): boolean => Hls.isSupported();

const RETRY_MS = 3_000;

/** Loads the playlist and follows it while its session runs. It goes on by itself after every failure. */
export function createHlsPlayer(deps: {
  video: HTMLVideoElement;
  grant: GrantKeeper;
  clock: Clock;
  onFragments: (fragments: Fragment[], running: boolean) => void;
  /** What hinders playback now; undefined when it goes on. */
  onTrouble: (message: string | undefined) => void;
}): HlsPlayer {
  const { grant, onTrouble } = deps;
  let cancelRetry: (() => void) | undefined;
  let closed = false;
  let begun = false;
  const hls = new Hls({
    backBufferLength: 60,
    // A token lives shorter than a playlist, whose addresses carry the one it was loaded with.
    xhrSetup: (xhr, url) => xhr.open('GET', grant.withNewestToken(url), true),
  });

  hls.on(Events.LEVEL_UPDATED, (_event, { details }) => {
    onTrouble(undefined);
    const fragments = toFragments(details);
    deps.onFragments(fragments, details.live);
    if (!begun && details.live) hls.startLoad(livePosition(fragments));
    begun = true;
  });
  hls.on(Events.LEVEL_PTS_UPDATED, (_event, { details }) => {
    deps.onFragments(toFragments(details), details.live);
  });
  hls.on(Events.ERROR, (_event, data) => {
    if (data.fatal) recover(data);
  });

  function recover(data: ErrorData): void {
    if (data.type === ErrorTypes.MEDIA_ERROR) {
      hls.recoverMediaError();
      return;
    }
    onTrouble(describe(data));
    retryLater();
  }

  function retryLater(): void {
    cancelRetry?.();
    if (!closed) cancelRetry = deps.clock.after(RETRY_MS, () => void reload());
  }

  async function reload(): Promise<void> {
    try {
      await grant.renew();
    } catch (error) {
      onTrouble(messageOf(error));
      retryLater();
      return;
    }
    if (closed) return;
    if (hls.levels.length === 0) hls.loadSource(grant.playlistUrl);
    else hls.startLoad();
  }

  hls.loadSource(grant.playlistUrl);
  hls.attachMedia(deps.video);
  return {
    close() {
      closed = true;
      cancelRetry?.();
      hls.destroy();
    },
  };
}

function toFragments(details: LevelDetails): Fragment[] {
  return details.fragments.flatMap(({ start, duration, programDateTime }) =>
    programDateTime === null
      ? []
      : { startSeconds: start, durationSeconds: duration, wallMs: programDateTime },
  );
}

function describe({ details, response }: ErrorData): string {
  if (response?.code === 404) {
    return details === ErrorDetails.MANIFEST_LOAD_ERROR
      ? 'Nothing of this display is recorded yet.'
      : 'A part of this recording is missing at the recorder.';
  }
  if (response?.code === 401 || response?.code === 403)
    return 'The right to play has run out; asking for it again.';
  return 'The recorder does not answer. Playback goes on when it is back.';
}
