import { STATUS_CODES } from 'node:http';
import type { Problem } from '@sightline/shared';

/** An error of the media server that its caller may see. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.name = 'HttpProblem';
    this.status = status;
    this.code = code;
  }
}

/** The media type of {@link toProblem} (RFC 9457, section 3). */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Writes an error as the body of a response; of what was not meant for the caller, nothing shows. */
export function toProblem(error: unknown): Problem {
  const of = (status: number, code: string, detail: string): Problem => ({
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
  });
  if (error instanceof HttpProblem) return of(error.status, error.code, error.message);
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 416) return of(416, 'range-not-satisfiable', 'The file is shorter; ask for less.');
  if (status >= 400 && status < 500) return of(status, 'bad-request', 'The request is not well formed.');
  return of(500, 'internal', 'The recorder could not do that; see its log.');
}
