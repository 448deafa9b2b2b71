import type { Clock, PlaybackGrants } from '@sightline/shared';
import { messageOf } from '../ui/messageOf.ts';
import { createGrantKeeper, type GrantKeeper } from './grantKeeper.ts';
import { createHlsPlayer, type HlsPlayer } from './hlsPlayer.ts';
import type { Fragment } from './mediaTimeline.ts';

/** A track being played: its grant and its player, from the first request on. */
export interface Playback {
  close(): void;
}

/** What a {@link Playback} works with. */
export interface PlaybackDeps {
  video: HTMLVideoElement;
  grant: () => Promise<PlaybackGrants>;
  clock: Clock;
  serverNowMs: () => number;
  /** It may be played now. */
  onGrant: (grant: GrantKeeper) => void;
  onFragments: (fragments: Fragment[], running: boolean) => void;
  /** What hinders playback now, in words; undefined when it goes on. */
  onTrouble: (message: string | undefined) => void;
}

const RETRY_MS = 3_000;

/** Opens a track; as long as it may not be played (no recorder, say) it asks again by itself. */
export function openPlayback(deps: PlaybackDeps): Playback {
  const onError = (error: unknown): void => deps.onTrouble(messageOf(error));
  let grant: GrantKeeper | undefined;
  let player: HlsPlayer | undefined;
  let cancelRetry: (() => void) | undefined;
  let closed = false;

  function close(): void {
    closed = true;
    cancelRetry?.();
    player?.close();
    grant?.close();
  }

  async function open(): Promise<void> {
    try {
      grant = await createGrantKeeper({ ...deps, onError });
    } catch (error) {
      if (closed) return;
      onError(error);
      cancelRetry = deps.clock.after(RETRY_MS, () => void open());
      return;
    }
    if (closed) {
      close();
      return;
    }
    deps.onGrant(grant);
    player = createHlsPlayer({ ...deps, grant });
  }

  void open();
  return { close };
}
