import type { RecordedRun, RecordedSession } from '@sightline/shared';
import { parsePlaylist, type Playlist } from './playlist.ts';
import { FIRST_TRACK, findSession, playback, press, type SharedScreen } from './product.ts';
import type { Stack } from './stack.ts';
import { until } from './until.ts';
import { probeVideo, type RecordedFrameSample } from './videoProbe.ts';

const ENDED_MS = 30_000;

/** The runs of a track, the oldest first; none if there is no such track. */
export const runsOf = (session: RecordedSession, trackId = FIRST_TRACK): RecordedRun[] =>
  session.tracks.find((track) => track.trackId === trackId)?.runs ?? [];

/** The playlist of a track as it is now. */
export async function fetchPlaylist(
  stack: Stack,
  sessionId: string,
  trackId = FIRST_TRACK,
): Promise<Playlist> {
  const { playlistUrl } = await playback(stack, sessionId, trackId);
  return parsePlaylist(await (await fetch(playlistUrl)).text());
}

/** Waits until a session and all of its runs are over, and what they recorded is on record. */
export function endedSession(stack: Stack, sessionId: string): Promise<RecordedSession> {
  return until(
    `the end of session ${sessionId}`,
    async () => {
      const session = await findSession(stack, sessionId);
      const open = session.tracks.flatMap(({ runs }) => runs).some(({ endedAtMs }) => endedAtMs === null);
      return session.endedAtMs !== null && !open && session;
    },
    { timeoutMs: ENDED_MS },
  );
}

/** Presses "Stop sharing" and waits for the recording to be complete. */
export async function stopSharing(
  stack: Stack,
  { agentPage }: Pick<SharedScreen, 'agentPage'>,
  sessionId: string,
): Promise<RecordedSession> {
  await press(agentPage, 'stop');
  return endedSession(stack, sessionId);
}

/** A track as a player gets it. */
export interface DecodedTrack {
  readonly playlist: Playlist;
  /** Every picture, in the order of the playlist. */
  readonly frames: readonly RecordedFrameSample[];
}

/** Decodes all of a track that is complete, wherever it is: of one that may go on, a player would wait for the rest. */
export async function decodeTrack(
  stack: Stack,
  sessionId: string,
  trackId = FIRST_TRACK,
): Promise<DecodedTrack> {
  const granted = await playback(stack, sessionId, trackId);
  const parts = [await decodePlaylist(granted)];
  for (const { recorderId } of granted.elsewhere)
    parts.push(await decodePlaylist(await playback(stack, sessionId, trackId, recorderId)));
  parts.sort((a, b) => startOf(a) - startOf(b));
  const playlists = parts.map(({ playlist }) => playlist);
  return {
    playlist: {
      targetDurationS: Math.max(...playlists.map(({ targetDurationS }) => targetDurationS)),
      ended: playlists.every(({ ended }) => ended),
      segments: playlists.flatMap(({ segments }) => segments),
      totalMs: playlists.reduce((sum, { totalMs }) => sum + totalMs, 0),
    },
    frames: parts.flatMap(({ frames }) => frames),
  };
}

async function decodePlaylist({ playlistUrl }: { playlistUrl: string }): Promise<DecodedTrack> {
  const playlist = parsePlaylist(await (await fetch(playlistUrl)).text());
  const frames: RecordedFrameSample[] = [];
  for await (const frame of probeVideo(playlistUrl)) frames.push(frame);
  return { playlist, frames };
}

const startOf = ({ playlist }: DecodedTrack): number => playlist.segments[0]?.startMs ?? 0;
