import type { Clock } from '@sightline/shared';
import type { Connection } from './connection.ts';

/** Who has a credential and does not log in is not kept for longer. */
const LOGIN_TIMEOUT_MS = 10_000;
/** Beside the current one: a network that flaps leaves some behind, of which the loss shows later. */
const MAX_OTHERS = 3;

/** The open connections of one device, which have shown its credential, logged in or not. */
export class OpenConnections {
  readonly #clock: Clock;
  /** In the order in which they came, each with what stops its waiting. */
  readonly #waiting = new Map<Connection, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** It has {@link LOGIN_TIMEOUT_MS} to log in. Of too many the oldest is closed, but never `current`. */
  add(connection: Connection, current: Connection | undefined): void {
    const others = [...this.#waiting.keys()].filter((each) => each !== current);
    const [oldest] = others;
    if (others.length >= MAX_OTHERS && oldest !== undefined) this.dismiss(oldest);
    const stop = this.#clock.after(LOGIN_TIMEOUT_MS, () => {
      if (connection.machine.state === 'initialized') this.dismiss(connection);
    });
    this.#waiting.set(connection, stop);
  }

  loggedIn(connection: Connection): void {
    this.#waiting.get(connection)?.();
  }

  /** The socket is gone. */
  lost(connection: Connection): void {
    this.loggedIn(connection);
    this.#waiting.delete(connection);
    connection.machine.handle('lost');
  }

  /** Closes it. @param notice what it is told before */
  dismiss(connection: Connection, notice?: 'taken-over' | 'device-revoked'): void {
    this.loggedIn(connection);
    this.#waiting.delete(connection);
    connection.machine.handle('dismissed');
    if (notice !== undefined) connection.link.notify(notice, {});
    connection.link.disconnect();
  }

  dismissAll(notice?: 'device-revoked'): void {
    for (const connection of [...this.#waiting.keys()]) this.dismiss(connection, notice);
  }
}
