import { TypedEmitter, type Clock, type ListenerErrorHandler } from '@sightline/shared';
import type { Display } from '../capture/display.ts';
import type { LocalMedia, Times } from './localMedia.ts';
import type { PieceRecord } from './piece.ts';
import type { Timeline } from './timeline.ts';

/** The recording at the server may not have begun yet when sending has: what is recorded twice is cut there. */
const OVERLAP_MS = 10_000;
/** So long a display may take until it is sent for the first time. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 30_000;

/** What decides whether displays are recorded here. */
export interface SharingSituation {
  readonly displays: readonly Display[];
  /** Undefined while none was ever opened. */
  readonly sessionId: string | undefined;
  /** Whether the user wants to be seen, and is told that it is recorded. */
  readonly mayRecord: boolean;
  /** Which displays reach the server, as far as is known. */
  readonly streamed: ReadonlySet<string>;
}

/** What a {@link LocalRecorder} tells. */
export type LocalRecorderEvents = {
  /** Whether anything is being recorded here has changed. */
  changed: [isRecording: boolean];
  pieceBegun: [PieceRecord];
  /** A recording is complete, and so are its pieces. */
  ended: [];
  /** Why nothing can be recorded here; `undefined` when it works again. */
  problem: [message: string | undefined];
};

/** Records shared displays on this computer while they do not reach the server. */
export interface LocalRecorder {
  readonly events: TypedEmitter<LocalRecorderEvents>;
  readonly isRecording: boolean;
  update(situation: SharingSituation): void;
  /** The server misses something of what was sent of this display lately: records what is kept of it. */
  recordSent(trackId: string): void;
  /** Begins new pieces: what is measured of time from now on does not hold for what came before. */
  timeJumped(): void;
  /** Ends every recording. May be called again. */
  close(): void;
}

interface Recording {
  readonly sessionId: string;
  end(): void;
}

/** What is known of one display. */
interface Tracked {
  display: Display;
  recording: Recording | undefined;
  wasStreamed: boolean;
  cancelTimer: (() => void) | undefined;
}

/** Builds a {@link LocalRecorder}. */
export function createLocalRecorder(deps: {
  media: LocalMedia;
  timeline: Timeline;
  clock: Clock;
  /** The page's own clock that nobody sets: its `timeOrigin + now()`. */
  pageMs: () => number;
  onListenerError: ListenerErrorHandler;
}): LocalRecorder {
  const { media, timeline, clock } = deps;
  const events = new TypedEmitter<LocalRecorderEvents>(deps.onListenerError);
  const tracked = new Map<string, Tracked>();
  let situation: SharingSituation = {
    displays: [],
    sessionId: undefined,
    mayRecord: false,
    streamed: new Set(),
  };
  let wasRecording = false;

  const isRecording = (): boolean => [...tracked.values()].some(({ recording }) => recording !== undefined);

  function announce(): void {
    if (isRecording() === wasRecording) return;
    wasRecording = !wasRecording;
    events.emit('changed', wasRecording);
  }

  const times = (): Times => ({
    agentAheadMs: timeline.nowMs() - deps.pageMs(),
    clockOffsetMs: timeline.offsetMs,
  });
  const pieceBegun = (piece: PieceRecord): void => {
    events.emit('problem', undefined);
    events.emit('pieceBegun', piece);
  };

  function begin(track: Tracked, sessionId: string): void {
    const { trackId, label, full } = track.display;
    const ownEnd = media.record({ sessionId, trackId, label, media: full }, times(), {
      pieceBegun,
      failed({ message }) {
        events.emit('problem', message);
        if (track.recording !== recording) return;
        track.recording = undefined;
        setTimer(track, RETRY_MS);
        announce();
      },
      ended: () => events.emit('ended'),
    });
    const recording: Recording = { sessionId, end: ownEnd };
    track.recording = recording;
  }

  function end(track: Tracked): void {
    track.cancelTimer?.();
    track.cancelTimer = undefined;
    const { recording } = track;
    track.recording = undefined;
    recording?.end();
  }

  function setTimer(track: Tracked, delayMs: number): void {
    track.cancelTimer ??= clock.after(delayMs, () => {
      track.cancelTimer = undefined;
      settle(track, true);
      announce();
    });
  }

  /** @param isDue what was waited for is over. */
  function settle(track: Tracked, isDue = false): void {
    const { sessionId, mayRecord, streamed } = situation;
    const isStreamed = streamed.has(track.display.trackId);
    track.wasStreamed ||= isStreamed;
    if (!mayRecord) {
      end(track);
    } else if (track.recording === undefined) {
      if (isStreamed) end(track);
      else if (sessionId !== undefined && isBeginning(track, isDue)) begin(track, sessionId);
    } else if (sessionId !== undefined && sessionId !== track.recording.sessionId) {
      end(track);
      if (!isStreamed) begin(track, sessionId);
    } else if (!isStreamed) {
      track.cancelTimer?.();
      track.cancelTimer = undefined;
    } else if (isDue) {
      end(track);
    } else {
      setTimer(track, OVERLAP_MS);
    }
  }

  /** What was sent before is recorded at once, and what failed when it was waited. */
  function isBeginning(track: Tracked, isDue: boolean): boolean {
    if (isDue || (track.wasStreamed && track.cancelTimer === undefined)) return true;
    setTimer(track, PATIENCE_MS);
    return false;
  }

  return {
    events,
    get isRecording() {
      return isRecording();
    },
    update(next) {
      // What was sent unrecorded, or in another session, is no part of what is recorded here.
      const isAnew = next.sessionId !== situation.sessionId || (next.mayRecord && !situation.mayRecord);
      situation = next;
      if (isAnew) media.forgetSent();
      const shared = new Map(next.displays.map((display) => [display.trackId, display]));
      for (const [trackId, track] of tracked) {
        if (shared.get(trackId) === track.display) continue;
        end(track);
        tracked.delete(trackId);
      }
      for (const [trackId, display] of shared) {
        const track = tracked.get(trackId) ?? {
          display,
          recording: undefined,
          wasStreamed: false,
          cancelTimer: undefined,
        };
        tracked.set(trackId, track);
        settle(track);
      }
      announce();
    },
    recordSent(trackId) {
      const { sessionId, mayRecord } = situation;
      const track = tracked.get(trackId);
      // What is being recorded begins with what was sent.
      if (sessionId === undefined || !mayRecord || track === undefined || track.recording !== undefined)
        return;
      const { label } = track.display;
      media.recordSent({ sessionId, trackId, label }, times(), {
        pieceBegun,
        failed: ({ message }) => events.emit('problem', message),
        ended: () => events.emit('ended'),
      });
    },
    timeJumped() {
      media.forgetSent();
      for (const track of tracked.values()) {
        const { recording } = track;
        if (recording === undefined) continue;
        recording.end();
        begin(track, recording.sessionId);
      }
    },
    close() {
      for (const track of tracked.values()) end(track);
      tracked.clear();
      announce();
      events.removeAll();
    },
  };
}
