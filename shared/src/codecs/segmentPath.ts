import { decodePathPart, encodePathPart } from './pathPart.ts';

/** Where a session's recording belongs. */
export interface SessionPlace {
  companyId: string;
  userId: string;
  sessionId: string;
  /** Wall time of the session's start; its UTC day is part of the path. */
  sessionStartedAtMs: number;
}

/** Where a track's recording belongs. */
export interface TrackLocation extends SessionPlace {
  trackId: string;
}

/** What the name of a track's folder tells: of the session's start, only the UTC day. */
export interface TrackFolder {
  companyId: string;
  userId: string;
  sessionId: string;
  /** Midnight UTC of the day on which the session started. */
  sessionDayMs: number;
  trackId: string;
}

/** What the name of a segment's file tells. */
export interface SegmentName {
  index: number;
  startMs: number;
  durationMs: number;
}

/** A name cannot be written as a path: empty, not Unicode, or too long. Or a time: its year has not four digits. */
export class PathCodecError extends Error {
  readonly code = 'unwritable-path';

  constructor(what: string, value: string) {
    super(
      `The ${what} ${JSON.stringify(value.slice(0, 80))} cannot be part of a path; choose a shorter, plain one.`,
    );
    this.name = 'PathCodecError';
  }
}

const SEGMENT = /^(\d{6,12})-(\d{13,15})-(\d{1,12})\.ts$/;
const DAY = /^(\d{4})\/(\d{2})\/(\d{2})$/;

function encodePart(what: string, value: string): string {
  const part = encodePathPart(value);
  if (part === undefined) throw new PathCodecError(what, value);
  return part;
}

/** The UTC day as `yyyy/mm/dd`. @throws {PathCodecError} */
function dayOf(timeMs: number): string {
  const date = new Date(timeMs);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9_999)) throw new PathCodecError('time', String(timeMs));
  return date.toISOString().slice(0, 10).replaceAll('-', '/');
}

/** The folder of a session, relative to the recordings' root: `company/user/yyyy/mm/dd/session`. @throws {PathCodecError} */
export const encodeSessionFolder = (session: SessionPlace): string =>
  [
    encodePart('company', session.companyId),
    encodePart('user', session.userId),
    dayOf(session.sessionStartedAtMs),
    encodePart('session', session.sessionId),
  ].join('/');

/**
 * The folder of a track, relative to the recordings' root, with `/` between its parts:
 * `company/user/yyyy/mm/dd/session/track`.
 *
 * @throws {PathCodecError}
 */
export const encodeTrackFolder = (track: TrackLocation): string =>
  `${encodeSessionFolder(track)}/${encodePart('track', track.trackId)}`;

/** Reads what {@link encodeTrackFolder} wrote; undefined for anything else. */
export function decodeTrackFolder(folder: string): TrackFolder | undefined {
  const parts = folder.split('/');
  if (parts.length !== 7) return undefined;
  const [company = '', user = '', year, month, day, session = '', track = ''] = parts;
  const date = DAY.exec(`${year}/${month}/${day}`);
  const sessionDayMs = date === null ? Number.NaN : Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  const companyId = decodePathPart(company);
  const userId = decodePathPart(user);
  const sessionId = decodePathPart(session);
  const trackId = decodePathPart(track);
  if (companyId === undefined || userId === undefined || sessionId === undefined || trackId === undefined) {
    return undefined;
  }
  // Of a day that does not exist, such as February 30, the engine makes one in the next month.
  if (Number.isNaN(sessionDayMs) || dayOf(sessionDayMs) !== `${year}/${month}/${day}`) return undefined;
  return { companyId, userId, sessionId, sessionDayMs, trackId };
}

/** The folder of a run within its track's folder. @throws {PathCodecError} */
export const encodeRunFolder = (runId: string): string => encodePart('run', runId);

/** Reads what {@link encodeRunFolder} wrote; undefined for anything else. */
export const decodeRunFolder = (folder: string): string | undefined => decodePathPart(folder);

/** The file name of a closed segment: `index-startMs-durationMs.ts`. */
export function encodeSegmentName(segment: SegmentName): string {
  const index = String(segment.index).padStart(6, '0');
  const startMs = String(Math.round(segment.startMs)).padStart(13, '0');
  return `${index}-${startMs}-${segment.durationMs}.ts`;
}

/** Reads what {@link encodeSegmentName} wrote; undefined for anything else. */
export function decodeSegmentName(name: string): SegmentName | undefined {
  const match = SEGMENT.exec(name);
  if (match === null) return undefined;
  const segment = { index: Number(match[1]), startMs: Number(match[2]), durationMs: Number(match[3]) };
  return encodeSegmentName(segment) === name ? segment : undefined;
}
