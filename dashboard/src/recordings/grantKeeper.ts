import type { Clock, PlaybackGrants } from '@sightline/shared';

/** Keeps a playback grant fresh for as long as the player is open. */
export interface GrantKeeper {
  /** The newest playlist's address. */
  readonly playlistUrl: string;
  /** The address of the thumbnails of the playlist that was granted first: the times in it are of that one. */
  readonly thumbnailsUrl: string;
  /** The address with the newest grant's token, wherever the older one came from. */
  withNewestToken(url: string): string;
  /** Asks for a new grant now, for the present one was refused. */
  renew(): Promise<void>;
  close(): void;
}

/** A grant is renewed when this share of its life is over. */
const RENEW_AT = 0.7;
const RETRY_MS = 5_000;
const MIN_DELAY_MS = 1_000;

/**
 * Asks for a grant and renews it ahead of its expiry.
 *
 * @param serverNowMs the server's wall time, by which grants expire.
 * @throws what the first request for a grant throws; later failures go to `onError` and are tried again.
 */
export async function createGrantKeeper(deps: {
  grant: () => Promise<PlaybackGrants>;
  clock: Clock;
  serverNowMs: () => number;
  onError: (error: unknown) => void;
}): Promise<GrantKeeper> {
  const { clock, serverNowMs } = deps;
  let newest = await deps.grant();
  const { thumbnailsUrl } = newest;
  let cancel: (() => void) | undefined;
  let closed = false;

  const schedule = (delayMs: number): void => {
    cancel?.();
    if (!closed) cancel = clock.after(delayMs, () => void renewOrRetry());
  };
  const scheduleRenewal = (): void =>
    schedule(Math.max(MIN_DELAY_MS, (newest.expiresAtMs - serverNowMs()) * RENEW_AT));
  async function renew(): Promise<void> {
    newest = await deps.grant();
    scheduleRenewal();
  }
  async function renewOrRetry(): Promise<void> {
    try {
      await renew();
    } catch (error) {
      deps.onError(error);
      schedule(RETRY_MS);
    }
  }
  scheduleRenewal();
  const withNewestToken = (url: string): string => {
    const granted = new URL(newest.playlistUrl);
    const target = new URL(url);
    if (target.origin !== granted.origin) return url;
    for (const [name, value] of granted.searchParams) target.searchParams.set(name, value);
    return target.href;
  };

  return {
    get playlistUrl() {
      return newest.playlistUrl;
    },
    get thumbnailsUrl() {
      return withNewestToken(thumbnailsUrl);
    },
    withNewestToken,
    renew,
    close() {
      closed = true;
      cancel?.();
    },
  };
}
