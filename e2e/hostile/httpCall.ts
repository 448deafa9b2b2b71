import { Agent, request as httpRequest } from 'node:http';
import { problem } from '@sightline/shared';

const ANSWER_MS = 10_000;
const connections = new Agent({ keepAlive: true });

/** A request of any shape. */
export interface Call {
  readonly method: string;
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The address that it comes from, default 127.0.0.1. */
  readonly from?: string;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Sends a request. @throws Error when no answer comes within 10 s, or the connection breaks */
export function callHttp(
  port: number,
  { method, path, headers = {}, body, from = '127.0.0.1' }: Call,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      method,
      path,
      // Node declares no length for methods that rarely have a body.
      headers:
        body === undefined ? headers : { 'content-length': String(Buffer.byteLength(body)), ...headers },
      localAddress: from,
      agent: connections,
    });
    request.setTimeout(ANSWER_MS, () =>
      request.destroy(new Error(`${method} ${path}: no answer within ${ANSWER_MS} ms`)),
    );
    request.once('error', reject);
    request.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'] ?? '',
          body: text,
        }),
      );
    });
    request.end(body);
  });
}

/** What is wrong with an answer of the API; undefined: nothing. */
export function faultOf({ status, contentType, body }: Answer): string | undefined {
  if (status >= 200 && status < 400) return undefined;
  if (status < 400 || status >= 500) return `answered ${status}: ${body.slice(0, 200)}`;
  if (!contentType.startsWith('application/problem+json'))
    return `refused ${status} by ${contentType || 'nothing'}: ${body.slice(0, 200)}`;
  const read = problem.safeParse(parseJson(body));
  if (!read.success) return `refused ${status} without a problem document: ${body.slice(0, 200)}`;
  return read.data.status === status
    ? undefined
    : `refused ${status} with a problem that says ${read.data.status}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
