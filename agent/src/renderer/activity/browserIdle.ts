import type { Clock } from '@sightline/shared';
import type { IdleSource } from './activityReport.ts';

/** The least that the specification allows. */
const THRESHOLD_MS = 60_000;

/** What a browser offers for this (W3C Idle Detection API), as far as it is used. */
export interface IdleDetectorOfBrowser {
  readonly userState: 'active' | 'idle' | null;
  addEventListener(event: 'change', listener: () => void): void;
  start(options: { threshold: number }): Promise<void>;
}

declare global {
  interface Window {
    readonly IdleDetector?: new () => IdleDetectorOfBrowser;
  }
}

/** The part of the browser's Permissions that is used. */
export interface PermissionSource {
  query(descriptor: { name: string }): Promise<Pick<PermissionStatus, 'state' | 'addEventListener'>>;
}

/**
 * An {@link IdleSource} of a plain browser. Only where the user lets the page know of keyboard and mouse outside of
 * it: from the page's own events nobody can tell whether the machine is in use.
 */
export function createBrowserIdle(deps: {
  createDetector: (() => IdleDetectorOfBrowser) | undefined;
  permissions: PermissionSource;
  clock: Clock;
  onError: (error: unknown) => void;
}): IdleSource {
  const { createDetector, permissions, clock } = deps;
  let detector: IdleDetectorOfBrowser | undefined;
  let idleSinceMs: number | undefined;

  async function detect(create: () => IdleDetectorOfBrowser): Promise<void> {
    const permission = await permissions.query({ name: 'idle-detection' });
    const startIfAllowed = async (): Promise<void> => {
      if (permission.state !== 'granted' || detector !== undefined) return;
      const started = create();
      started.addEventListener('change', () => {
        idleSinceMs = started.userState === 'idle' ? clock.nowMs() - THRESHOLD_MS : undefined;
      });
      await started.start({ threshold: THRESHOLD_MS });
      detector = started;
    };
    permission.addEventListener('change', () => void startIfAllowed().catch(deps.onError));
    await startIfAllowed();
  }

  if (createDetector !== undefined) detect(createDetector).catch(deps.onError);

  return async () => {
    if (detector === undefined || detector.userState === null) return undefined;
    return idleSinceMs === undefined ? 0 : clock.nowMs() - idleSinceMs;
  };
}
