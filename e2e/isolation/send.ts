import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { problem } from '@sightline/shared';

/** A request as somebody at the door sends it. */
export interface Order {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Loopback address from which it comes. */
  readonly address?: string;
}

/** An answer: the status, with the code of a problem (`403 forbidden`) or the target of a redirect. */
export interface Answered {
  readonly answer: string;
  readonly body: string;
}

/** Sends a request over a connection of its own. */
export function send(url: string, order: Order): Promise<Answered> {
  const body = order.body === undefined ? undefined : JSON.stringify(order.body);
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}${order.path}`,
      {
        method: order.method,
        agent: false,
        ...(order.address === undefined ? {} : { localAddress: order.address }),
        headers: {
          ...order.headers,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
      },
      (response) => {
        text(response).then((content) => {
          const { statusCode = 0, headers } = response;
          const isProblem = headers['content-type']?.startsWith('application/problem+json') === true;
          const code = isProblem && content !== '' ? problem.parse(JSON.parse(content)).code : undefined;
          const detail = code ?? headers.location;
          resolve({
            answer: detail === undefined ? `${statusCode}` : `${statusCode} ${detail}`,
            body: content,
          });
        }, reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
