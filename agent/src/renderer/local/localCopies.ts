import { TypedEmitter, type Clock, type ListenerErrorHandler } from '@sightline/shared';
import type { AgentRequester } from '../signaling/connection.ts';
import type { LocalMedia } from './localMedia.ts';
import { createLocalRecorder, type SharingSituation } from './localRecorder.ts';
import type { PieceRecord } from './piece.ts';
import type { PieceFolder } from './pieceFolder.ts';
import type { Timeline } from './timeline.ts';
import { createPace } from './upload/pace.ts';
import type { SendFile } from './upload/tusUpload.ts';
import { createUploads } from './upload/uploads.ts';

/** What a browser has to have so that anything can be recorded in it. */
export interface LocalPlatform {
  media: LocalMedia;
  folder: PieceFolder;
  send: SendFile;
  sha256: (file: Blob) => Promise<string>;
  /** A clock that nobody sets: the page's `timeOrigin + now()`. */
  pageMs: () => number;
}

/** What is recorded on this computer, as its user is told. */
export interface LocalStatus {
  readonly isRecording: boolean;
  /** What waits to be uploaded, in ms of recording. */
  readonly keptMs: number;
  /** Why nothing can be recorded here. */
  readonly problem: string | undefined;
}

/** Nothing is recorded here. */
export const NOTHING_LOCAL: LocalStatus = { isRecording: false, keptMs: 0, problem: undefined };

/** Fills the gaps that a loss of the connection leaves: records here, and uploads afterwards. */
export interface LocalCopies {
  readonly events: TypedEmitter<{ changed: [LocalStatus] }>;
  readonly status: LocalStatus;
  update(situation: SharingSituation): void;
  /** The server misses something of what was sent of this display lately. */
  offerSent(trackId: string): void;
  connected(): void;
  disconnected(): void;
  close(): void;
}

/** Builds {@link LocalCopies}. */
export function createLocalCopies(deps: {
  platform: LocalPlatform;
  timeline: Timeline;
  request: AgentRequester;
  uplinkBps: () => number | undefined;
  clock: Clock;
  onListenerError: ListenerErrorHandler;
}): LocalCopies {
  const { platform, timeline, request, clock, onListenerError } = deps;
  const events = new TypedEmitter<{ changed: [LocalStatus] }>(onListenerError);
  const recorder = createLocalRecorder({ ...platform, timeline, clock, onListenerError });
  const uploads = createUploads({
    ...platform,
    request,
    pace: createPace({ clock, uplinkBps: deps.uplinkBps }),
    clock,
    onError: (error) => onListenerError(error, 'offer-pieces'),
    onListenerError,
  });
  let status = NOTHING_LOCAL;
  /** Pieces whose clock offset is a guess until the next measurement. */
  let guessed: PieceRecord[] = [];

  function change(part: Partial<LocalStatus>): void {
    status = { ...status, ...part };
    events.emit('changed', status);
  }

  recorder.events.on('changed', (isRecording) => change({ isRecording }));
  recorder.events.on('problem', (problem) => change({ problem }));
  recorder.events.on('pieceBegun', (piece) => {
    if (!timeline.isMeasured) guessed.push(piece);
    uploads.refresh();
  });
  recorder.events.on('ended', () => uploads.refresh());
  uploads.events.on('changed', (keptMs) => change({ keptMs }));
  const unsubscribe = [
    timeline.events.on('jumped', () => recorder.timeJumped()),
    timeline.events.on('measured', (clockOffsetMs) => {
      uploads.amend(guessed.map((piece) => ({ ...piece, clockOffsetMs })));
      guessed = [];
    }),
  ];

  return {
    events,
    get status() {
      return status;
    },
    update: (situation) => recorder.update(situation),
    offerSent: (trackId) => recorder.recordSent(trackId),
    connected: () => uploads.connected(),
    disconnected: () => uploads.disconnected(),
    close() {
      for (const end of unsubscribe) end();
      recorder.close();
      uploads.close();
      events.removeAll();
    },
  };
}
