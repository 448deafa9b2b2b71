import { STATUS_CODES } from 'node:http';
import type { Problem } from '../protocol/api/problem.ts';

/** An error of an HTTP server that its caller may see. */
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

/** The media type of problem documents. */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** An error as its caller may see it. Of what was not meant for the caller, nothing shows. */
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
  if (status === 413) return of(413, 'too-large', 'The request is larger than this takes.');
  if (status >= 400 && status < 500) return of(status, 'bad-request', 'The request is not well formed.');
  return of(500, 'internal', 'The service could not do that; its log says why.');
}

/** The part of a reply (Fastify) that carries a problem. */
export interface ProblemReply {
  code(status: number): ProblemReply;
  header(name: string, value: string): ProblemReply;
  send(body: string): unknown;
}

/** Answers with a problem document (RFC 9457) that has a code; what was our fault calls `onInternal`. */
export function sendProblem(reply: ProblemReply, error: unknown, onInternal: () => void): void {
  const problem = toProblem(error);
  if (problem.status >= 500) onInternal();
  void reply
    .code(problem.status)
    .header('content-type', PROBLEM_TYPE)
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problem));
}

/** Nothing answers at the address that was asked for. */
export const notFound = (): HttpProblem =>
  new HttpProblem(404, 'not-found', 'There is nothing at this address.');
