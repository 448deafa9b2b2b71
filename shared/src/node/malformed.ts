import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { HttpProblem, PROBLEM_TYPE, toProblem } from './problems.ts';

/** What Node's parser says of a request that it gave up, by its code. */
const REASONS: Readonly<Record<string, HttpProblem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new HttpProblem(408, 'request-timeout', 'The request took too long to arrive.'),
  HPE_HEADER_OVERFLOW: new HttpProblem(431, 'headers-too-large', 'The headers are larger than this takes.'),
};
const MALFORMED = new HttpProblem(400, 'bad-request', 'The request is not well formed.');

/** Answers, with a problem document, what is no HTTP, and closes the connection; Fastify's `clientErrorHandler`. */
export function refuseMalformed(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = toProblem(REASONS[error.code ?? ''] ?? MALFORMED);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
