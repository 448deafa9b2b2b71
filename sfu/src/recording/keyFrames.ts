import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { RecordingTap } from '../media/types.ts';

/** No segment is longer: the recorder's playlists promise it (RFC 8216, EXT-X-TARGETDURATION). */
const MAX_SEGMENT_MS = 30_000;

/** The part of the uplink that key frames for the recorder may take. */
const BUDGET_SHARE = 1 / 5;

/** A key frame that came by itself makes the next one wait for this part of a segment. */
const SPACING_SHARE = 0.7;

/** After a key frame, this long its packets are counted as its size. */
const SIZING_MS = 1_000;

/** Below this nothing moves: what an encoder sends of a still screen is headers. */
export const STILL_BPS = 20_000;

/** A still screen needs no key frame before this: its segment holds one picture however long it is. */
const STILL_SEGMENT_MS = 20_000;
const STILL_LOOK_MS = 1_000;

/** Losses come in swarms, and one key frame ends the damage of all that were before it. */
const REPAIR_INTERVAL_MS = 1_000;

/** A page of text at 1080p: what a key frame is taken for whose size is not known. */
const LARGE_KEY_FRAME_BYTES = 250_000;

/** What is known of a recorded stream when its next key frame is planned. */
export interface KeyFrameHistory {
  /** When the key frame came that began the present segment. */
  segmentStartMs: number;
  lastKeyFrameMs: number;
  /** What came in the second after the last key frame; undefined until measured. */
  keyFrameBytes: number | undefined;
  /** What the agent's uplink carries; undefined when unknown. */
  uplinkBps: number | undefined;
}

/**
 * When the next key frame is to be asked for, if none has come by itself: once per segment, later where one
 * came shortly before or where it would take more than a fifth of the uplink, never beyond the longest segment.
 */
export function nextKeyFrameMs(history: KeyFrameHistory, segmentMs: number): number {
  const { segmentStartMs, lastKeyFrameMs } = history;
  const affordable = lastKeyFrameMs + carriedMs(history) / BUDGET_SHARE;
  const spaced = lastKeyFrameMs + segmentMs * SPACING_SHARE;
  return Math.min(Math.max(segmentStartMs + segmentMs, spaced, affordable), segmentStartMs + MAX_SEGMENT_MS);
}

/** For how long a key frame can be under way. */
function carriedMs({ keyFrameBytes, uplinkBps }: KeyFrameHistory): number {
  return uplinkBps === undefined ? 0 : (likelyBits(keyFrameBytes, uplinkBps) * 1_000) / uplinkBps;
}

/** {@link carriedMs}, as far as waiting for it makes sense. */
function patienceMs(history: KeyFrameHistory): number {
  return Math.min(carriedMs(history), MAX_SEGMENT_MS);
}

/**
 * When a key frame is to be asked for after a loss. One that is asked for while another is under way would only wait
 * behind it, and on a narrow uplink, where each takes seconds, delay all pictures by as much again.
 */
function nextRepairMs(history: KeyFrameHistory, repairedMs: number): number {
  const carried = patienceMs(history);
  return Math.max(history.lastKeyFrameMs + carried, repairedMs + Math.max(carried, REPAIR_INTERVAL_MS));
}

/** A narrow uplink carries only a part of a large key frame in the time for which its packets are counted. */
function likelyBits(countedBytes: number | undefined, uplinkBps: number): number {
  const isWhole = countedBytes !== undefined && countedBytes * 8 <= (uplinkBps * SIZING_MS) / 1_000 / 2;
  return 8 * (isWhole ? countedBytes : Math.max(countedBytes ?? 0, LARGE_KEY_FRAME_BYTES));
}

/** Asks for a recording's key frames until closed. */
export interface KeyFrameScheduler {
  /** Packets were lost: asks for a key frame, as soon as none can be under way any more. */
  repair(): void;
  /** For how long the largest picture would be under way at present, from its first packet to its last; 0 when unknown. */
  readonly pictureMs: number;
  close(): void;
}

/**
 * Plans the key frames of one run. While the screen stands still it asks for fewer: each would cost the agent a
 * picture's worth of uplink, and a viewer who joins meanwhile the wait for it.
 *
 * @param options.stagger from 0 to 1: how much of the first segment is cut short, so that agents which started
 * together do not send their key frames together.
 */
export function createKeyFrameScheduler(options: {
  tap: RecordingTap;
  segmentMs: number;
  stagger: number;
  uplinkBps: () => number | undefined;
  clock: Clock;
  logger: Logger;
}): KeyFrameScheduler {
  const { tap, segmentMs, uplinkBps, clock, logger } = options;
  const startMs = clock.nowMs() - (options.stagger * segmentMs) / 2;
  const history: Omit<KeyFrameHistory, 'uplinkBps'> = {
    segmentStartMs: startMs,
    lastKeyFrameMs: startMs,
    keyFrameBytes: undefined,
  };
  let settled: { atMs: number; bytesSent: number } | undefined;
  let cancelRequest: (() => void) | undefined;
  let cancelSizing: (() => void) | undefined;
  let isDamaged = false;
  let repairedMs = Number.NEGATIVE_INFINITY;

  const report = (error: unknown): void => {
    if (!tap.closed)
      logger.warn({ err: error, code: 'key-frame-request-failed' }, 'a key frame could not be asked for');
  };
  const known = (): KeyFrameHistory => ({ ...history, uplinkBps: uplinkBps() });
  const due = (): number =>
    isDamaged ? nextRepairMs(known(), repairedMs) : nextKeyFrameMs(known(), segmentMs);
  const isStill = async (): Promise<boolean> => {
    if (settled === undefined || clock.nowMs() >= history.segmentStartMs + STILL_SEGMENT_MS) return false;
    const before = settled;
    settled = { atMs: clock.nowMs(), ...(await tap.stats()) };
    const elapsedMs = settled.atMs - before.atMs;
    return ((settled.bytesSent - before.bytesSent) * 8_000) / elapsedMs < STILL_BPS;
  };
  const request = async (): Promise<void> => {
    // The uplink may have become narrow since this was planned, or the last key frame may still be under way.
    if (due() > clock.nowMs()) {
      plan(due());
      return;
    }
    if (isDamaged) {
      isDamaged = false;
      repairedMs = clock.nowMs();
      plan(clock.nowMs() + segmentMs);
      await tap.requestKeyFrame();
      return;
    }
    const { lastKeyFrameMs } = history;
    const still = await isStill();
    if (tap.closed || lastKeyFrameMs !== history.lastKeyFrameMs) return;
    plan(clock.nowMs() + (still ? STILL_LOOK_MS : segmentMs));
    if (!still) await tap.requestKeyFrame();
  };
  const plan = (dueMs: number): void => {
    cancelRequest?.();
    cancelRequest = clock.after(Math.max(0, dueMs - clock.nowMs()), () => {
      request().catch(report);
    });
  };
  const measure = async (): Promise<void> => {
    const before = await tap.stats();
    cancelSizing?.();
    cancelSizing = clock.after(SIZING_MS, () => {
      tap
        .stats()
        .then((after) => {
          history.keyFrameBytes = after.bytesSent - before.bytesSent;
          settled = { atMs: clock.nowMs(), bytesSent: after.bytesSent };
          plan(due());
        })
        .catch(report);
    });
  };

  tap.onKeyFrame(() => {
    const nowMs = clock.nowMs();
    history.lastKeyFrameMs = nowMs;
    settled = undefined;
    isDamaged = false;
    if (nowMs - history.segmentStartMs >= segmentMs) history.segmentStartMs = nowMs;
    plan(due());
    measure().catch(report);
  });
  const close = (): void => {
    cancelRequest?.();
    cancelSizing?.();
  };
  tap.onClosed(close);
  return {
    repair() {
      if (tap.closed) return;
      isDamaged = true;
      request().catch(report);
    },
    get pictureMs() {
      return Math.ceil(patienceMs(known()));
    },
    close,
  };
}
