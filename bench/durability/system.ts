import type { Closable } from '@sightline/e2e/harness/cleanup.ts';
import type { Interval, LedgerSpan } from '@sightline/shared';
import type { RecordedStream } from './losses.ts';
import type { Kill } from './schedule.ts';

/** What became of one stream's recording. */
export interface StreamRecording extends RecordedStream {
  /** Files of which ffmpeg shows no picture. */
  unplayable: string[];
  /** Files that it shows, with complaints. */
  flawed: string[];
  /** What the system says of its own recording; a system without a ledger says nothing. */
  ledger: { session: Interval; spans: readonly LedgerSpan[] } | undefined;
}

/** Something that records streams, and of which parts can be killed. */
export interface RecordingSystem extends Closable {
  /** Resolves when all of these streams are being written. */
  recording(streams: readonly number[]): Promise<void>;
  /** Kills, and has started again what would be started again; resolves with the moment of the kill. */
  kill(kill: Kill): Promise<number>;
  /** Ends the streams as their users would, and reads what was recorded, by stream. */
  finish(): Promise<StreamRecording[]>;
}
