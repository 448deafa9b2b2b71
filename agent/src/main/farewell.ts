import type { Clock } from '@sightline/shared';

const GOODBYE_MS = 1_000;

interface QuitEvent {
  preventDefault(): void;
}

/** The part of Electron's app that quits. */
export interface QuittingApp {
  on(event: 'before-quit', listener: (event: QuitEvent) => void): unknown;
  quit(): void;
}

/** Holds the application back from quitting until the page has told the server. */
export interface Farewell {
  /** Whether nothing holds it back any more. */
  readonly done: boolean;
  /** The page has said goodbye. */
  said(): void;
}

/**
 * Builds a {@link Farewell}: at quit, `ask` has the page say goodbye; the application quits when it has, or
 * after 1 s.
 *
 * @param deps.ask returns false when there is no page to ask.
 */
export function createFarewell(deps: { app: QuittingApp; ask: () => boolean; clock: Clock }): Farewell {
  const { app, ask, clock } = deps;
  let asked = false;
  let done = false;

  function finish(): void {
    if (done) return;
    done = true;
    app.quit();
  }

  app.on('before-quit', (event) => {
    if (done) return;
    event.preventDefault();
    if (asked) return;
    asked = true;
    if (ask()) clock.after(GOODBYE_MS, finish);
    else finish();
  });

  return {
    get done() {
      return done;
    },
    said() {
      if (asked) finish();
    },
  };
}
