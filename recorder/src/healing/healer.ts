import { interval, ProtocolError, type Clock, type Interval, type Segment } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import * as z from 'zod';
import { syncAndDigest } from '../store/fileDigest.ts';
import { readNote, writeNote } from '../store/note.ts';
import { UnusablePiece, type Conversion } from './conversion.ts';
import type { Placement } from './placement.ts';
import { MEDIA_FILE, type KeptUpload, type UploadFolder } from './uploadFolder.ts';

/** Makes recordings of what agents have uploaded, one piece at a time. */
export interface Healer {
  /** All of a piece is here. May be said again. */
  add(pieceId: string): void;
  /** The sfu can be asked from now on. */
  resume(): void;
  /** The sfu cannot be asked any more. */
  pause(): void;
  /** Resolves when nothing is under way; nothing begins after it. */
  close(): Promise<void>;
}

/** How a piece ends. */
export type PieceOutcome = 'healed' | 'not-needed' | 'unusable';

/** What the healer asks of the sfu. All @throws {ProtocolError} */
export interface HealingSfu {
  /** Resolves when it knows all segments that were recorded here so far: they tell what is missing. */
  caughtUp(): Promise<void>;
  /** See `piece-uploaded`. */
  uploaded(pieceId: string): Promise<Interval[] | null>;
  /** See `segment-recorded`. */
  recorded(pieceId: string, segment: Segment): Promise<void>;
  /** See `piece-healed`. */
  finished(pieceId: string, outcome: PieceOutcome, message: string): Promise<void>;
}

/** What the healer needs. */
export interface HealerDeps {
  uploads: UploadFolder;
  conversion: Conversion;
  placement: Placement;
  sfu: HealingSfu;
  /** Whether the disk has room for what is made of a piece, beside the piece itself. */
  hasRoom: () => boolean;
  clock: Clock;
  logger: Logger;
}

const RETRY_MS = 5_000;
const WAIT_FOR_LIVE_MS = 2_000;
const WAIT_FOR_ROOM_MS = 10_000;
/** So often may an agent send something else than it said. */
const MAX_MISMATCHES = 3;

const PLAN_FILE = 'plan.json';
const plan = z.object({ gaps: z.array(interval) });
const CONVERTED = 'converted';

/** What became of one attempt: done with it, or when to try again. */
type Attempt = 'done' | { againAfterMs: number };

/** Builds a {@link Healer} that is paused. */
export function createHealer(deps: HealerDeps): Healer {
  const { uploads, clock, sfu } = deps;
  const queue = new Set<string>();
  const timers = new Set<() => void>();
  const mismatches = new Map<string, number>();
  let online = false;
  const closing = new AbortController();
  let working: Promise<void> | undefined;

  const heal = async (upload: KeptUpload, logger: Logger): Promise<Attempt> => {
    const { order } = upload;
    const { pieceId } = order;
    const media = uploads.pathOf(pieceId, MEDIA_FILE);
    const converted = uploads.pathOf(pieceId, CONVERTED);
    let gaps = (await readNote(uploads.pathOf(pieceId, PLAN_FILE), plan))?.gaps;
    if (gaps === undefined) {
      const { bytes, sha256 } = await syncAndDigest(media);
      if (bytes !== order.bytes || sha256 !== order.sha256) return refuse(pieceId, logger);
      await sfu.caughtUp();
      gaps = (await sfu.uploaded(pieceId)) ?? undefined;
      if (gaps === undefined) return { againAfterMs: WAIT_FOR_LIVE_MS };
      if (gaps.length === 0) return finish(pieceId, 'not-needed', 'It was recorded already.');
      // From here on the same is made of it, whatever comes to be known.
      await writeNote(uploads.pathOf(pieceId, PLAN_FILE), { gaps });
    }
    // Not before: what is not needed makes room.
    if (!deps.hasRoom()) return { againAfterMs: WAIT_FOR_ROOM_MS };
    const segments = await deps.conversion.convert(order, gaps, { media, converted }, closing.signal);
    if (segments.length === 0)
      return finish(pieceId, 'unusable', 'No picture of it lies where one is missing.');
    await deps.placement.place(order, segments, converted);
    for (const segment of segments) await sfu.recorded(pieceId, segment);
    const healedMs = segments.reduce((sum, { durationMs }) => sum + durationMs, 0);
    logger.info(
      { segments: segments.length, healedMs, sessionId: order.location.sessionId },
      'healed a piece',
    );
    return finish(pieceId, 'healed', '');
  };

  const refuse = async (pieceId: string, logger: Logger): Promise<Attempt> => {
    const count = (mismatches.get(pieceId) ?? 0) + 1;
    mismatches.set(pieceId, count);
    logger.error(
      { code: 'upload-mismatch', count },
      'an upload is not what the agent said; it is to come again',
    );
    if (count < MAX_MISMATCHES) {
      await uploads.remove(pieceId);
      return 'done';
    }
    return finish(pieceId, 'unusable', 'What is uploaded never has the checksum that was announced.');
  };

  const finish = async (pieceId: string, outcome: PieceOutcome, message: string): Promise<Attempt> => {
    await sfu.finished(pieceId, outcome, message);
    mismatches.delete(pieceId);
    if (outcome !== 'unusable') await uploads.remove(pieceId);
    else {
      const path = await uploads.setAside(pieceId);
      deps.logger.error({ pieceId, message, path, code: 'piece-unusable' }, 'nothing can be made of a piece');
    }
    return 'done';
  };

  const attempt = async (pieceId: string): Promise<Attempt> => {
    const logger = deps.logger.child({ pieceId });
    const upload = await uploads.find(pieceId);
    if (upload === undefined || upload.receivedBytes < upload.order.bytes) return 'done';
    try {
      return await heal(upload, logger);
    } catch (error) {
      if (error instanceof UnusablePiece) return finish(pieceId, 'unusable', error.message);
      if (error instanceof ProtocolError && error.code === 'unknown-piece') {
        logger.warn({ code: error.code }, 'a piece is not to be healed here (any more); it is dropped');
        await uploads.remove(pieceId);
        return 'done';
      }
      throw error;
    }
  };

  const later = (pieceId: string, ms: number): void => {
    const cancel = clock.after(ms, () => {
      timers.delete(cancel);
      add(pieceId);
    });
    timers.add(cancel);
  };
  const work = async (): Promise<void> => {
    for (const pieceId of queue) {
      if (!isOnline()) break;
      queue.delete(pieceId);
      try {
        const result = await attempt(pieceId);
        if (result !== 'done') later(pieceId, result.againAfterMs);
      } catch (error) {
        if (closing.signal.aborted) break;
        deps.logger.error({ err: error, pieceId, code: 'healing-failed' }, 'a piece could not be healed yet');
        later(pieceId, RETRY_MS);
      }
    }
    working = undefined;
  };
  const isOnline = (): boolean => online && !closing.signal.aborted;
  const start = (): void => {
    if (isOnline() && queue.size > 0) working ??= work();
  };
  const add = (pieceId: string): void => {
    queue.add(pieceId);
    start();
  };

  return {
    add,
    resume() {
      online = true;
      start();
    },
    pause() {
      online = false;
    },
    async close() {
      closing.abort();
      for (const cancel of timers) cancel();
      timers.clear();
      await working;
    },
  };
}
