import { empty, problem } from '@sightline/shared';
import type * as z from 'zod';
import { ApiError } from './apiError.ts';

/** A request to the HTTP API. */
export interface ApiRequest<Answer extends z.ZodType> {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, with a leading slash. */
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  /** What the answer is parsed by. */
  answer: Answer;
}

/** The HTTP API of this page's own server. */
export interface Http {
  /** @throws {ApiError} with the server's code; `unreachable` without an answer; `bad-answer` for one of another shape. */
  ask: <Answer extends z.ZodType>(request: ApiRequest<Answer>) => Promise<z.output<Answer>>;
  /** As {@link Http.ask}, where nothing is answered but that it is done. */
  tell: (request: Omit<ApiRequest<typeof empty>, 'answer'>) => Promise<void>;
}

/** What the API can say that concerns the page as a whole. */
export interface HttpDeps {
  /** The browser's `fetch`, or another of its shape. */
  fetch: typeof fetch;
  /** The session is over, or there never was one. */
  onNotSignedIn: () => void;
  /** Nothing is allowed before the one-time password is changed. */
  onPasswordDue: () => void;
  /** The server's wall time of an answer, in whole seconds (RFC 9110, section 6.6.1). */
  onServerTime: (timeMs: number) => void;
}

/** Where the API is. */
export const API_ROOT = '/api/v1';

/** Builds the {@link Http}. */
export function createHttp(deps: HttpDeps): Http {
  async function send({ method, path, body }: Omit<ApiRequest<z.ZodType>, 'answer'>): Promise<Response> {
    try {
      return await deps.fetch(`${API_ROOT}${path}`, {
        method,
        headers: {
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      const message = 'The server cannot be reached. Check that it runs.';
      throw new ApiError(0, 'unreachable', message, { cause });
    }
  }

  async function ask<Answer extends z.ZodType>(request: ApiRequest<Answer>): Promise<z.output<Answer>> {
    const response = await send(request);
    const serverTimeMs = Date.parse(response.headers.get('date') ?? '');
    if (Number.isFinite(serverTimeMs)) deps.onServerTime(serverTimeMs);
    const body = await readBody(response);
    if (!response.ok) {
      const error = refusalOf(response, body);
      if (error.code === 'not-signed-in') deps.onNotSignedIn();
      if (error.code === 'password-change-required') deps.onPasswordDue();
      throw error;
    }
    const answer = request.answer.safeParse(body);
    if (answer.success) return answer.data;
    const message = 'The server answered in a way that this page does not know. Reload it.';
    throw new ApiError(response.status, 'bad-answer', message, { cause: answer.error });
  }

  return {
    ask,
    tell: async (request) => void (await ask({ ...request, answer: empty })),
  };
}

/** The JSON of a body; undefined if it is none, and an empty object if there is nothing. */
async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    return body;
  } catch {
    return undefined;
  }
}

function refusalOf({ status, headers }: Response, body: unknown): ApiError {
  const told = problem.safeParse(body);
  if (!told.success) return new ApiError(status, 'internal', `The server answered ${status}.`);
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  return new ApiError(status, told.data.code, told.data.detail ?? told.data.title, { retryAfterMs });
}

/** A query string with its question mark, of what is not undefined; empty if nothing is. */
export function queryOf(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}

/** An id as a part of a path, in which it can lead nowhere else. */
export const part = (id: string): string => encodeURIComponent(id);
