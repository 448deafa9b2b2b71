import type { Clock } from '@sightline/shared';
import Hls, { ErrorDetails, ErrorTypes, Events, type ErrorData, type LevelDetails } from 'hls.js';
import { messageOf } from '../ui/messageOf.ts';
import type { GrantKeeper } from './grantKeeper.ts';
import { resumeBehind } from './damage.ts';
import { livePosition, type Fragment } from './mediaTimeline.ts';

/** A playlist being played in a video element: the one boundary to hls.js. */
export interface HlsPlayer {
  close(): void;
}

/** Where a player is in its playlist. */
interface Standing {
  positionSeconds: number;
  plays: boolean;
}

/** Whether this browser can play recordings. */
export const canPlayHls = (): boolean => Hls.isSupported();

const RETRY_MS = 3_000;

/**
 * Where the first fragment comes to lie. A player that begins in the middle knows only roughly how much media
 * comes before; what it would place before 0 the browser drops, up to the next key frame.
 */
const TIMELINE_START_SECONDS = 60;

/** Loads the playlist and follows it while its session runs. It goes on by itself after every failure. */
export function createHlsPlayer(deps: {
  video: HTMLVideoElement;
  grant: GrantKeeper;
  clock: Clock;
  onFragments: (fragments: Fragment[], running: boolean) => void;
  /** What hinders playback now; undefined when it goes on. */
  onTrouble: (message: string | undefined) => void;
}): HlsPlayer {
  const { video, grant, onTrouble } = deps;
  let cancelRetry: (() => void) | undefined;
  let closed = false;
  let begun = false;
  let fragments: Fragment[] = [];
  let resumedAtEndMs = Number.NEGATIVE_INFINITY;
  /** Where to go on as soon as the element has a source again: without one it is nowhere, and paused. */
  let resumption: Standing | undefined;
  const hls = new Hls({
    backBufferLength: 60,
    timelineOffset: TIMELINE_START_SECONDS,
    // A token lives shorter than a playlist, whose addresses carry the one it was loaded with.
    xhrSetup: (xhr, url) => xhr.open('GET', grant.withNewestToken(url), true),
  });

  hls.on(Events.LEVEL_UPDATED, (_event, { details }) => {
    onTrouble(undefined);
    enter(details);
    if (!begun) begin(details.live);
    begun = true;
  });
  hls.on(Events.LEVEL_PTS_UPDATED, (_event, { details }) => enter(details));
  hls.on(Events.ERROR, (_event, data) => {
    if (data.fatal) recover(data);
  });
  // What the decoder refuses either the element tells of first, or hls.js when it cannot append any more: then it
  // would begin again before the damage, and take its own position for one that does not include the offset.
  const cannotDecode = (): boolean => video.error?.code === MediaError.MEDIA_ERR_DECODE;
  const onVideoError = (): void => {
    if (cannotDecode()) skipDamage();
  };
  hls.recoverMediaError = () => {
    if (cannotDecode()) skipDamage();
    else attachAgain(standing());
  };
  const onMetadata = (): void => void resume();
  video.addEventListener('error', onVideoError);
  video.addEventListener('loadedmetadata', onMetadata);

  function enter(details: LevelDetails): void {
    fragments = toFragments(details);
    deps.onFragments(fragments, details.live);
  }

  /** What still runs is begun near its end, all else at its beginning; hls.js would do so only from 0 on. */
  function begin(running: boolean): void {
    if (running) loadFrom(livePosition(fragments));
    else video.currentTime = TIMELINE_START_SECONDS;
  }

  function recover(data: ErrorData): void {
    if (data.type === ErrorTypes.MEDIA_ERROR) {
      // Before it tells of an error, hls.js recovers from it or stops loading, or both.
      if (resumption === undefined) skipDamage();
      else loadFrom(resumption.positionSeconds);
      return;
    }
    onTrouble(describe(data));
    retryLater();
  }

  function skipDamage(): void {
    const nowMs = deps.clock.nowMs();
    const { positionSeconds, plays } = standing();
    const behind = resumeBehind(fragments, positionSeconds);
    // Decoders read ahead: where the last pictures are few, the damage is met again at once.
    if (behind === undefined || (behind.atEnd && nowMs - resumedAtEndMs < RETRY_MS)) {
      onTrouble('The last picture cannot be decoded.');
      return;
    }
    if (behind.atEnd) resumedAtEndMs = nowMs;
    attachAgain({ positionSeconds: behind.positionSeconds, plays: plays && !behind.atEnd });
  }

  function standing(): Standing {
    return resumption ?? { positionSeconds: video.currentTime, plays: !video.paused };
  }

  /** The element is of no use any more after a failure until it gets another source. */
  function attachAgain(at: Standing): void {
    resumption = at;
    hls.detachMedia();
    hls.attachMedia(video);
    loadFrom(at.positionSeconds);
  }

  /** hls.js counts from where the timeline begins. */
  function loadFrom(positionSeconds: number): void {
    hls.startLoad(positionSeconds - TIMELINE_START_SECONDS);
  }

  async function resume(): Promise<void> {
    if (resumption === undefined) return;
    const { positionSeconds, plays } = resumption;
    resumption = undefined;
    video.currentTime = positionSeconds;
    try {
      if (plays) await video.play();
    } catch (error) {
      if (!closed) onTrouble(messageOf(error));
    }
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
  hls.attachMedia(video);
  return {
    close() {
      closed = true;
      cancelRetry?.();
      video.removeEventListener('error', onVideoError);
      video.removeEventListener('loadedmetadata', onMetadata);
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
