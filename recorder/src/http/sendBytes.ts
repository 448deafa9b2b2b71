import { HttpProblem } from '@sightline/shared/node';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Something immutable that is served as a whole or in part. */
export interface ServedBytes {
  bytes: Buffer;
  mediaType: string;
  /** Names this content and no other; without the quotes. */
  tag: string;
  cacheControl: string;
}

/** Answers GET and HEAD with a strong ETag, conditions and one byte range (RFC 9110, sections 8.8.3, 13.1 and 14). */
export function sendBytes(
  request: FastifyRequest,
  reply: FastifyReply,
  { bytes, mediaType, tag, cacheControl }: ServedBytes,
): FastifyReply {
  const etag = `"${tag}"`;
  void reply
    .header('etag', etag)
    .header('accept-ranges', 'bytes')
    .header('cache-control', cacheControl)
    .type(mediaType);
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
  const range = rangeOf(request, etag, bytes.length);
  if (range === undefined) return reply.send(bytes);
  if (range === 'none') {
    void reply.header('content-range', `bytes */${bytes.length}`);
    throw new HttpProblem(416, 'range-not-satisfiable', 'The file is shorter; ask for less.');
  }
  return reply
    .code(206)
    .header('content-range', `bytes ${range.first}-${range.last}/${bytes.length}`)
    .send(bytes.subarray(range.first, range.last + 1));
}

const matches = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim())) === true;

/** Undefined: all of it, which is also the answer to several ranges and to what is no byte range. */
function rangeOf(
  { method, headers }: FastifyRequest,
  etag: string,
  length: number,
): { first: number; last: number } | 'none' | undefined {
  const wanted = headers.range;
  const condition = headers['if-range'];
  if (method !== 'GET' || wanted === undefined || (condition !== undefined && condition !== etag)) {
    return undefined;
  }
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(wanted.replaceAll(' ', '')) ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  if (from === '') {
    return Number(to) === 0 || length === 0
      ? 'none'
      : { first: Math.max(0, length - Number(to)), last: length - 1 };
  }
  const first = Number(from);
  const last = to === '' ? length - 1 : Math.min(Number(to), length - 1);
  if (to !== '' && Number(to) < first) return undefined;
  return first >= length ? 'none' : { first, last };
}
