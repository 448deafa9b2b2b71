import type { Problem } from '@sightline/shared';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** An error that is meant for the caller of the HTTP API. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'HttpProblem';
    this.status = status;
    this.code = code;
  }
}

function send(
  reply: FastifyReply,
  status: number,
  code: string,
  title: string,
  detail?: string,
): FastifyReply {
  const body: Problem = {
    type: 'about:blank',
    title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
  };
  return reply.status(status).type('application/problem+json').send(body);
}

/** Makes every error of the server a problem document (RFC 9457) with a code, and nothing of ours in it. */
export function installProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    if (error instanceof HttpProblem) return send(reply, error.status, error.code, error.message);
    const status = error.statusCode ?? 500;
    if (status < 500)
      return send(reply, status, 'bad-request', 'The request is not well-formed.', error.message);
    request.log.error({ err: error, code: 'internal' }, 'a request failed');
    return send(reply, 500, 'internal', 'The server failed at this request; its log says why.');
  });
}

/** Answers what no route answered. */
export function notFound(reply: FastifyReply): FastifyReply {
  return send(reply, 404, 'not-found', 'There is nothing at this address.');
}
