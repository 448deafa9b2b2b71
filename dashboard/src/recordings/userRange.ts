import type { RecordedSession } from '@sightline/shared';
import type { LocationQuery } from 'vue-router';
import type { WallSpan } from './mediaTimeline.ts';

/** The day of the viewer's zone that a moment lies in, from midnight to midnight: 23 to 25 hours. */
export function dayOf(timeMs: number): WallSpan {
  const start = new Date(timeMs);
  start.setHours(0, 0, 0, 0);
  const end = new Date(start);
  end.setDate(end.getDate() + 1);
  return { startMs: start.getTime(), endMs: end.getTime() };
}

/** The day before or after the one that a span begins in. */
export const neighbourDay = ({ startMs }: WallSpan, step: -1 | 1): WallSpan => {
  const { startMs: midnightMs, endMs } = dayOf(startMs);
  return dayOf(step === 1 ? endMs : midnightMs - 1);
};

/** Whose recordings of which time, and of which display, an address asks for. */
export interface WantedRecordings {
  userId: string;
  range: WallSpan;
  /** Absent: the first display that there is. */
  trackId: string | undefined;
}

/** Reads what an address asks for; undefined if it does not ask for any. */
export function readWanted({ user, from, to, track }: LocationQuery): WantedRecordings | undefined {
  const [startMs, endMs] = [Number(from), Number(to)];
  const inOrder = Number.isSafeInteger(startMs) && Number.isSafeInteger(endMs) && startMs < endMs;
  if (typeof user !== 'string' || user === '' || !inOrder) return undefined;
  return {
    userId: user,
    range: { startMs, endMs },
    trackId: typeof track === 'string' ? track : undefined,
  };
}

/** The sessions that touch a span. */
export const sessionsWithin = (
  sessions: readonly RecordedSession[],
  { startMs, endMs }: WallSpan,
): RecordedSession[] =>
  sessions.filter(
    (session) => session.startedAtMs < endMs && (session.endedAtMs ?? Number.POSITIVE_INFINITY) > startMs,
  );

/** The displays of some sessions, each once. */
export function displaysOf(sessions: readonly RecordedSession[]): { trackId: string; label: string }[] {
  const labels = new Map(
    sessions.flatMap(({ tracks }) => tracks.map(({ trackId, label }) => [trackId, label] as const)),
  );
  return [...labels].map(([trackId, label]) => ({ trackId, label })).sort(byLabel);
}

const byLabel = (a: { label: string }, b: { label: string }): number => a.label.localeCompare(b.label);
