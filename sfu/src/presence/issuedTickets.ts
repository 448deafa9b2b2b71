import type { Clock } from '@sightline/shared';
import type { ConnectionRecord } from '../db/presence.ts';
import type { TicketClaims, TicketState } from './tickets.ts';

/** The tickets that one device has been given. */
export class IssuedTickets {
  readonly #deviceId: string;
  readonly #clock: Clock;
  #newest: ConnectionRecord['ticket'] | undefined;
  #oustedUpTo = 0;

  /** @param newest the one that an earlier server issued last */
  constructor(deviceId: string, clock: Clock, newest: ConnectionRecord['ticket'] | undefined) {
    this.#deviceId = deviceId;
    this.#clock = clock;
    this.#newest = newest;
  }

  /** As it is kept. Undefined: none was issued. */
  get newest(): ConnectionRecord['ticket'] | undefined {
    return this.#newest;
  }

  /** What the newest says. */
  get newestClaims(): TicketClaims | undefined {
    return this.#newest && { ...this.#newest, deviceId: this.#deviceId };
  }

  /** See {@link TicketState}; undefined: none was issued. */
  state(heldUntilMs: number): TicketState | undefined {
    return this.#newest && { newest: this.#newest, oustedUpTo: this.#oustedUpTo, heldUntilMs };
  }

  /** For a login. @param isTakeover whoever has the tickets before this one may not come back by them */
  issueForLogin(connectionId: string, isTakeover: boolean): void {
    const last = this.#newest?.number ?? 0;
    if (isTakeover) this.#oustedUpTo = last;
    // Two on: it succeeds none, so there is none that could be shown again to get it.
    this.#issue(connectionId, last + 2);
  }

  /** For whoever showed the newest. */
  issueSuccessor(connectionId: string): void {
    this.#issue(connectionId, (this.#newest?.number ?? 0) + 1);
  }

  /** The newest has arrived. False: that was known. */
  confirm(): boolean {
    if (this.#newest === undefined || this.#newest.confirmed) return false;
    this.#newest = { ...this.#newest, confirmed: true };
    return true;
  }

  #issue(connectionId: string, number: number): void {
    this.#newest = { number, issuedAtMs: this.#clock.nowMs(), connectionId, confirmed: false };
  }
}
