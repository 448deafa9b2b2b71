import type { Clock } from '@sightline/shared';

const LOOK_PERIOD_MS = 5_000;
/** From here on nobody is there; it is told again as often. */
const IDLE_MS = 15_000;

/** For how many ms nobody has touched keyboard or mouse; undefined where that cannot be known. */
export type IdleSource = () => Promise<number | undefined>;

/** Tells the server how long nobody has touched the machine. */
export interface ActivityReport {
  /** The server is there, and has to be told from the beginning. */
  start(): void;
  stop(): void;
}

/** Builds an {@link ActivityReport}: every 15 s while nobody is there, and 0 once when somebody is. */
export function createActivityReport(deps: {
  clock: Clock;
  readIdleMs: IdleSource;
  report: (idleMs: number) => Promise<unknown>;
  onError: (error: unknown) => void;
}): ActivityReport {
  let told: { idle: boolean; atMs: number } | undefined;
  let stopTimer: (() => void) | undefined;
  let generation = 0;
  let looking = false;

  async function look(): Promise<void> {
    const mine = generation;
    const idleMs = await deps.readIdleMs();
    if (idleMs === undefined || mine !== generation) return;
    const now = { idle: idleMs >= IDLE_MS, atMs: deps.clock.nowMs() };
    const isNews = told?.idle !== now.idle || (now.idle && now.atMs - told.atMs >= IDLE_MS);
    if (!isNews) return;
    await deps.report(now.idle ? idleMs : 0);
    if (mine === generation) told = now;
  }

  async function lookOnce(): Promise<void> {
    if (looking) return;
    const mine = generation;
    looking = true;
    try {
      await look();
    } catch (error) {
      if (mine === generation) deps.onError(error);
    } finally {
      looking = false;
    }
  }

  function stop(): void {
    generation += 1;
    stopTimer?.();
    stopTimer = undefined;
    told = undefined;
  }

  return {
    start() {
      stop();
      stopTimer = deps.clock.every(LOOK_PERIOD_MS, () => void lookOnce());
      void lookOnce();
    },
    stop,
  };
}
