import type { MissingReason } from '@sightline/shared';

/** Why nothing could be recorded for a while. It explains what the media leaves open; it never proves that something was recorded. */
export interface Interruption {
  interruptionId: string;
  sessionId: string;
  /** Null: of all tracks. */
  trackId: string | null;
  reason: MissingReason;
  fromMs: number;
  /** Null: it lasts. */
  toMs: number | null;
}

/** The interruptions of sessions. */
export interface InterruptionsRepository {
  add(interruption: Interruption): Promise<void>;
  /** Keeps the first end if it has ended already. */
  end(interruptionId: string, toMs: number): Promise<void>;
  /** In order of their beginning. */
  list(sessionId: string): Promise<Interruption[]>;
  /** Ends at `toMs` what a server that is gone left open. */
  endAll(toMs: number): Promise<void>;
}
