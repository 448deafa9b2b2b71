import { TypedEmitter, type Clock, type ListenerErrorHandler, type LocalPiece } from '@sightline/shared';
import type { AgentRequester } from '../../signaling/connection.ts';
import { PIECE_MIME_TYPE, type KeptPiece, type PieceRecord } from '../piece.ts';
import type { PieceFolder } from '../pieceFolder.ts';
import type { Pace } from './pace.ts';
import { NoRoomThere, type SendFile, type UploadTarget } from './tusUpload.ts';

const OFFER_PERIOD_MS = 30_000;
/** Of the protocol. */
const MAX_OFFERED = 100;

/** What {@link Uploads} tell. */
export type UploadsEvents = {
  /** How much is kept here and not confirmed, in ms of recording. */
  changed: [keptMs: number];
};

/** Brings to the server what was recorded here, and deletes it here when the server has confirmed it. */
export interface Uploads {
  readonly events: TypedEmitter<UploadsEvents>;
  readonly keptMs: number;
  /** The server can be asked. */
  connected(): void;
  disconnected(): void;
  /** Looks for pieces that are complete now. */
  refresh(): void;
  /** Corrects what is known of pieces. */
  amend(records: readonly PieceRecord[]): void;
  close(): void;
}

/** Builds {@link Uploads}. One file is sent at a time, the oldest first. */
export function createUploads(deps: {
  folder: PieceFolder;
  request: AgentRequester;
  send: SendFile;
  sha256: (file: Blob) => Promise<string>;
  pace: Pace;
  clock: Clock;
  onError: (error: unknown) => void;
  onListenerError: ListenerErrorHandler;
}): Uploads {
  const { folder, clock } = deps;
  const events = new TypedEmitter<UploadsEvents>(deps.onListenerError);
  const digests = new Map<string, string>();
  /** Pieces that were told to wait, and the number of the offer in which they were told so last. */
  const waiting = new Map<string, number>();
  /** Servers that had no room when they were asked last, and whether it is too early to ask again. */
  const withoutRoom = new Map<string, { isLeftAlone: boolean }>();
  let offers = 0;
  let kept: readonly KeptPiece[] = [];
  /** Ends with the connection. */
  let link: { abort: AbortController; stopTimer: () => void } | undefined;
  let sending: Promise<void> | undefined;
  /** What changes the folder or reads it as a whole, one after the other. */
  let work = Promise.resolve();

  function enqueue(step: () => Promise<void>): void {
    const begunOn = link;
    work = work.then(step).catch((error: unknown) => {
      // What was asked on a connection that is gone failed with it.
      if (begunOn === link) deps.onError(error);
    });
  }

  async function list(): Promise<void> {
    kept = await folder.list();
    events.emit('changed', keptMs());
  }

  const keptMs = (): number => kept.reduce((sum, { durationMs }) => sum + durationMs, 0);

  async function describe(piece: KeptPiece): Promise<LocalPiece> {
    const { durationMs, ...record } = piece;
    const sha256 = digests.get(piece.pieceId) ?? (await deps.sha256(await folder.read(piece)));
    digests.set(piece.pieceId, sha256);
    return { ...record, toMs: Math.round(piece.fromMs + durationMs), sha256, mimeType: PIECE_MIME_TYPE };
  }

  async function offer(): Promise<void> {
    await list();
    if (link === undefined || kept.length === 0) return;
    const pieces: LocalPiece[] = [];
    for (const piece of nextToOffer()) pieces.push(await describe(piece));
    const { answers } = await deps.request('offer-pieces', { pieces });
    const targets = new Map<string, UploadTarget>();
    offers += 1;
    for (const answer of answers) {
      if (answer.answer === 'wait') waiting.set(answer.pieceId, offers);
      else waiting.delete(answer.pieceId);
      if (answer.answer === 'done') await letGo(answer.pieceId);
      if (answer.answer === 'upload') targets.set(answer.pieceId, answer);
    }
    if (targets.size > 0) sendAll(targets);
  }

  /** The oldest first, but what has waited longest comes after what does not wait: all get their turn. */
  function nextToOffer(): readonly KeptPiece[] {
    const turnOf = ({ pieceId }: KeptPiece): number => waiting.get(pieceId) ?? 0;
    return kept.toSorted((a, b) => turnOf(a) - turnOf(b)).slice(0, MAX_OFFERED);
  }

  async function letGo(pieceId: string): Promise<void> {
    await folder.remove(pieceId);
    digests.delete(pieceId);
    kept = kept.filter((piece) => piece.pieceId !== pieceId);
    events.emit('changed', keptMs());
  }

  function sendAll(targets: ReadonlyMap<string, UploadTarget>): void {
    if (sending !== undefined || link === undefined) return;
    const { signal } = link.abort;
    sending = sendEach(targets, signal).finally(() => (sending = undefined));
  }

  async function sendEach(targets: ReadonlyMap<string, UploadTarget>, signal: AbortSignal): Promise<void> {
    let hasNews = false;
    const tell = (error: unknown): void => {
      if (!signal.aborted) deps.onError(error);
    };
    for (const piece of kept) {
      const target = targets.get(piece.pieceId);
      if (target === undefined || signal.aborted) continue;
      const server = new URL(target.url).origin;
      if (withoutRoom.get(server)?.isLeftAlone === true) continue;
      try {
        await deps.send(await folder.read(piece), target, deps.pace, signal);
        withoutRoom.delete(server);
        hasNews = true;
      } catch (error) {
        if (error instanceof NoRoomThere) {
          if (!withoutRoom.has(server)) tell(error);
          leaveAlone(server, error.retryAfterMs);
        } else {
          // The others are not held up by one that the server does not take.
          tell(error);
        }
      }
    }
    if (hasNews) enqueue(offer);
  }

  function leaveAlone(server: string, ms: number): void {
    const state = { isLeftAlone: true };
    withoutRoom.set(server, state);
    clock.after(ms, () => (state.isLeftAlone = false));
  }

  function disconnected(): void {
    link?.stopTimer();
    link?.abort.abort();
    link = undefined;
  }

  enqueue(list);
  return {
    events,
    get keptMs() {
      return keptMs();
    },
    connected() {
      disconnected();
      const stopTimer = clock.every(OFFER_PERIOD_MS, () => {
        if (kept.length > 0) enqueue(offer);
      });
      link = { abort: new AbortController(), stopTimer };
      enqueue(offer);
    },
    disconnected,
    refresh: () => enqueue(link === undefined ? list : offer),
    amend(records) {
      for (const record of records) enqueue(() => folder.amend(record));
    },
    close() {
      disconnected();
      events.removeAll();
    },
  };
}

/** SHA-256 of a file that fits into memory, as pieces do; hex. */
export async function sha256OfFile(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
