import { sessionLedger, type LedgerSpan, type MissingReason, type SessionLedger } from '@sightline/shared';
import { percentile } from './frameSummary.ts';
import { FIRST_TRACK } from './product.ts';
import { decodeTrack, type DecodedTrack } from './recordings.ts';
import type { RecordedFrameSample } from './videoProbe.ts';
import type { Stack } from './stack.ts';

/** The ledger may be wrong by this. */
const MAX_LEDGER_ERROR_MS = 100;

/** The last picture of a stretch is taken to have lasted as long, by what recorded it: nothing comes after it. */
const LAST_PICTURE_MS = { live: 33, healed: 67 };

/** The coverage ledger of a session. */
export const ledgerOf = async (stack: Stack, sessionId: string): Promise<SessionLedger> =>
  sessionLedger.parse(await stack.api('GET', `/api/v1/sessions/${sessionId}/ledger`));

/** What the pictures of a track say of its ledger. */
export interface AccountedCoverage {
  /** From the painting of a picture to its arrival at the sfu. */
  readonly latencyMs: number;
  /** How far the ledger and the pictures are apart at worst, where recorded time begins or ends. */
  readonly worstErrorMs: number;
  /** The longest time without a picture in what the ledger calls recorded. */
  readonly longestPauseMs: number;
  /** What is missing, in order: reason and length. */
  readonly missing: readonly { reason: MissingReason; lengthMs: number }[];
  /** Whether the spans lie end to end from the session's start to its end. */
  readonly isWhole: boolean;
}

/** A track as a player gets it, and its ledger at the time. */
export interface AccountedTrack extends DecodedTrack {
  readonly accounted: AccountedCoverage;
}

/** Decodes a track of a session that is over, and compares it with its ledger; once more if it was healed meanwhile. */
export async function decodeAccounted(
  stack: Stack,
  sessionId: string,
  trackId = FIRST_TRACK,
): Promise<AccountedTrack> {
  const before = await ledgerOf(stack, sessionId);
  const decoded = await decodeTrack(stack, sessionId, trackId);
  const ledger = await ledgerOf(stack, sessionId);
  const hasChanged = JSON.stringify(before.tracks) !== JSON.stringify(ledger.tracks);
  if (hasChanged) return decodeAccounted(stack, sessionId, trackId);
  const spans = ledger.tracks.find((track) => track.trackId === trackId)?.spans ?? [];
  const accounted = {
    ...compareWithPictures(spans, screenTimes(decoded.frames)),
    missing: spans.flatMap((span) =>
      span.state === 'missing' ? [{ reason: span.reason, lengthMs: span.toMs - span.fromMs }] : [],
    ),
    isWhole:
      spans[0]?.fromMs === ledger.startedAtMs &&
      spans.at(-1)?.toMs === ledger.endedAtMs &&
      spans.every(({ toMs }, at) => toMs === (spans[at + 1]?.fromMs ?? ledger.endedAtMs)),
  };
  return { ...decoded, accounted };
}

/** What is wrong with a ledger, in words: nothing but these reasons may be missing for longer than it may be wrong. */
export function problemsOf(
  { worstErrorMs, missing, isWhole }: AccountedCoverage,
  reasons: readonly MissingReason[],
): string[] {
  return [
    ...(isWhole ? [] : ['Its spans do not lie end to end.']),
    ...(worstErrorMs <= MAX_LEDGER_ERROR_MS ? [] : [`It is ${worstErrorMs} ms off.`]),
    ...missing
      .filter(({ reason, lengthMs }) => lengthMs > MAX_LEDGER_ERROR_MS && !reasons.includes(reason))
      .map(({ reason, lengthMs }) => `${lengthMs} ms are missing: ${reason}.`),
  ];
}

/**
 * When each picture was on the screen, ms since 1970 by its clock. What shows the same as the picture before was there as
 * much later as it is to be presented later: nothing has moved.
 */
export function screenTimes(frames: readonly Pick<RecordedFrameSample, 'pattern' | 'ptsS'>[]): number[] {
  let painted = { frame: Number.NaN, wallMs: Number.NaN, ptsS: Number.NaN };
  return frames.flatMap(({ pattern, ptsS }) => {
    if (pattern === undefined) return [];
    const { frame, wallMs } = pattern;
    if (frame !== painted.frame || ptsS < painted.ptsS) painted = { frame, wallMs, ptsS };
    return [painted.wallMs + (ptsS - painted.ptsS) * 1_000];
  });
}

/** @param wallTimes when each picture was on the screen, in any order. */
export function compareWithPictures(
  spans: readonly LedgerSpan[],
  wallTimes: readonly number[],
): Pick<AccountedCoverage, 'latencyMs' | 'worstErrorMs' | 'longestPauseMs'> {
  const recorded = joinRecorded(spans);
  const times = wallTimes.toSorted((a, b) => a - b);
  const shown = Map.groupBy(times, (atMs) => nearest(recorded, atMs));
  const covered = recorded.map((span, at) => ({ ...span, times: shown.get(at) ?? [] }));
  const latencyMs = percentile(
    covered.flatMap(({ fromMs, times: [first] }) => (first === undefined ? [] : [fromMs - first])),
    0.5,
  );
  const errors = covered.flatMap(({ fromMs, toMs, lastSource, times: ofSpan }) => [
    (ofSpan[0] ?? Number.NaN) + latencyMs - fromMs,
    (ofSpan.at(-1) ?? Number.NaN) + LAST_PICTURE_MS[lastSource] + latencyMs - toMs,
  ]);
  const pauses = covered.flatMap(({ times: ofSpan }) =>
    ofSpan.slice(1).map((atMs, at) => atMs - (ofSpan[at] ?? atMs)),
  );
  return {
    latencyMs,
    worstErrorMs: Math.max(...errors.map(Math.abs)),
    longestPauseMs: Math.max(0, ...pauses),
  };
}

interface Stretch {
  fromMs: number;
  toMs: number;
  /** Of its end. */
  lastSource: keyof typeof LAST_PICTURE_MS;
}

function joinRecorded(spans: readonly LedgerSpan[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const span of spans) {
    if (span.state !== 'recorded') continue;
    const { fromMs, toMs, source: lastSource } = span;
    const last = joined.at(-1);
    if (last?.toMs === fromMs) {
      last.toMs = toMs;
      last.lastSource = lastSource;
    } else joined.push({ fromMs, toMs, lastSource });
  }
  return joined;
}

function nearest(spans: readonly { fromMs: number; toMs: number }[], atMs: number): number {
  const distances = spans.map(({ fromMs, toMs }) => Math.max(fromMs - atMs, atMs - toMs, 0));
  return distances.indexOf(Math.min(...distances));
}
