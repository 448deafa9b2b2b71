import { systemClock, type PlaybackGrants } from '@sightline/shared';
import { useEventListener } from '@vueuse/core';
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { messageOf } from '../ui/messageOf.ts';
import { canPlayHls } from './hlsPlayer.ts';
import { livePosition, nearestPicture, positionAt, wallTimeAt, type Fragment } from './mediaTimeline.ts';
import type { GrantKeeper } from './grantKeeper.ts';
import { openPlayback } from './playback.ts';
import type { Thumbnail } from './thumbnails.ts';
import { useThumbnails } from './useThumbnails.ts';

/** What a player shows and does. */
export interface Player {
  fragments: ShallowRef<Fragment[]>;
  /** Whether the playlist still grows. */
  running: Ref<boolean>;
  /** The wall time of the picture; undefined before the first. */
  wallMs: ComputedRef<number | undefined>;
  playing: Ref<boolean>;
  /** What hinders playback, in words. */
  trouble: Ref<string | undefined>;
  /** The thumbnail of a moment, if there is one. */
  thumbnailFor: (wallMs: number) => Thumbnail | undefined;
  togglePlaying: () => void;
  seekToWall: (wallMs: number) => void;
  /** Goes so far forth, or back if negative, in recorded time. */
  skip: (seconds: number) => void;
  toLiveEdge: () => void;
}

/**
 * Plays what `grant` opens in a video element; starts over when the two change.
 *
 * @param grant undefined while there is nothing to play.
 */
export function usePlayer(
  video: Readonly<ShallowRef<HTMLVideoElement | null>>,
  grant: () => (() => Promise<PlaybackGrants>) | undefined,
  serverNowMs: () => number,
): Player {
  const fragments = shallowRef<Fragment[]>([]);
  const running = ref(false);
  const playing = ref(false);
  const trouble = ref<string>();
  const positionSeconds = ref(0);
  const keeper = shallowRef<GrantKeeper>();
  const thumbnailFor = useThumbnails(keeper, fragments, running);

  watch(
    [video, grant],
    ([element, ask], _old, onCleanup) => {
      fragments.value = [];
      trouble.value = undefined;
      keeper.value = undefined;
      if (element === null || ask === undefined) return;
      if (!canPlayHls()) {
        trouble.value = 'This browser cannot play recordings: it has no Media Source Extensions.';
        return;
      }
      const opened = openPlayback({
        video: element,
        grant: ask,
        clock: systemClock,
        serverNowMs,
        onGrant: (granted) => (keeper.value = granted),
        onFragments(now, isRunning) {
          fragments.value = now;
          running.value = isRunning;
        },
        onTrouble: (message) => (trouble.value = message),
      });
      onCleanup(() => opened.close());
    },
    { immediate: true },
  );

  const follow = (): void => {
    positionSeconds.value = video.value?.currentTime ?? 0;
    playing.value = video.value?.paused === false;
  };
  useEventListener(video, ['timeupdate', 'seeking', 'play', 'pause', 'ended'], follow);

  const play = (): void => {
    video.value?.play().catch((error: unknown) => {
      // Another load or a pause came first (AbortError): that is what was asked for last.
      if (!(error instanceof DOMException && error.name === 'AbortError')) trouble.value = messageOf(error);
    });
  };
  const seek = (seconds: number | undefined): void => {
    if (video.value === null || seconds === undefined) return;
    video.value.currentTime = nearestPicture(fragments.value, seconds);
    follow();
  };
  return {
    fragments,
    running,
    wallMs: computed(() => wallTimeAt(fragments.value, positionSeconds.value)),
    playing,
    trouble,
    thumbnailFor,
    togglePlaying() {
      if (playing.value) video.value?.pause();
      else play();
    },
    seekToWall: (wallMs) => seek(positionAt(fragments.value, wallMs)),
    skip: (seconds) => seek(positionSeconds.value + seconds),
    toLiveEdge() {
      seek(livePosition(fragments.value));
      play();
    },
  };
}
