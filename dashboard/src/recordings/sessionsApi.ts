import {
  playbackGrant,
  problem,
  recordedSession,
  sessionList,
  type PlaybackGrant,
  type RecordedSession,
} from '@sightline/shared';

/** A refusal of the HTTP API; `message` tells a person what to do. */
class ApiError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

/** The recorded sessions, as the server keeps them. All throw an error with `code`, `status` and a message to show. */
export interface SessionsApi {
  /** The newest first. */
  list(): Promise<RecordedSession[]>;
  find(sessionId: string): Promise<RecordedSession>;
  /** Asks for a short-lived address of the track's playlist. */
  grantPlayback(sessionId: string, trackId: string): Promise<PlaybackGrant>;
}

const ROOT = '/api/v1/sessions';

/** Builds the {@link SessionsApi} over the browser's `fetch`, or another of its shape. */
export function createSessionsApi(fetchFrom: typeof fetch): SessionsApi {
  const ask = async (path: string, method: 'GET' | 'POST'): Promise<unknown> => {
    let response: Response;
    try {
      response = await fetchFrom(path, { method, headers: { accept: 'application/json' } });
    } catch (error) {
      throw unreachable(error);
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok) return body;
    const told = problem.safeParse(body);
    if (!told.success)
      throw new ApiError(response.status, 'internal', `The server answered ${response.status}.`);
    throw new ApiError(response.status, told.data.code, told.data.detail ?? told.data.title);
  };
  const part = encodeURIComponent;
  return {
    list: async () => sessionList.parse(await ask(ROOT, 'GET')).sessions,
    find: async (sessionId) => recordedSession.parse(await ask(`${ROOT}/${part(sessionId)}`, 'GET')),
    grantPlayback: async (sessionId, trackId) =>
      playbackGrant.parse(await ask(`${ROOT}/${part(sessionId)}/tracks/${part(trackId)}/playback`, 'POST')),
  };
}

function unreachable(cause: unknown): ApiError {
  const error = new ApiError(0, 'unreachable', 'The server cannot be reached. Check that it runs.');
  error.cause = cause;
  return error;
}
