import type { Clock } from '@sightline/shared';

/** What an {@link IdleWatch} tells. */
export interface IdleListener {
  /** Nobody has touched the machine since `idleSinceMs`, which is longer than allowed. */
  raised(idleSinceMs: number): void;
  /** It was touched again, or has left. */
  ended(): void;
}

/** Watches how long one machine has been idle, from what its agent reports. A timer runs only while it is idle. */
export class IdleWatch {
  readonly #clock: Clock;
  readonly #listener: IdleListener;
  #idleSinceMs: number | undefined;
  #alerted = false;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, listener: IdleListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Since when it is idle, once that is longer than allowed; else null. */
  get idleSinceMs(): number | null {
    return this.#alerted ? (this.#idleSinceMs ?? null) : null;
  }

  /** The agent says that nobody has touched the machine for `idleMs`; more than `thresholdMs` is not allowed. */
  reported(idleMs: number, thresholdMs: number): void {
    this.paused();
    if (this.#alerted && idleMs < thresholdMs) this.#end();
    if (this.#alerted) return;
    this.#idleSinceMs = idleMs > 0 ? this.#clock.nowMs() - idleMs : undefined;
    if (idleMs >= thresholdMs) this.#raise();
    else if (idleMs > 0) this.#cancelTimer = this.#clock.after(thresholdMs - idleMs, () => this.#raise());
  }

  /** The company allows less, or more, from now on. */
  thresholdChanged(thresholdMs: number): void {
    if (this.#idleSinceMs !== undefined) {
      this.reported(Math.max(1, this.#clock.nowMs() - this.#idleSinceMs), thresholdMs);
    }
  }

  /** Nothing is reported for now; what is known stays. */
  paused(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** The client has left. */
  left(): void {
    this.paused();
    if (this.#alerted) this.#end();
    this.#idleSinceMs = undefined;
  }

  #raise(): void {
    this.#cancelTimer = undefined;
    if (this.#idleSinceMs === undefined) return;
    this.#alerted = true;
    this.#listener.raised(this.#idleSinceMs);
  }

  #end(): void {
    this.#alerted = false;
    this.#listener.ended();
  }
}
