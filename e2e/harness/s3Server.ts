import S3rver from '@20minutes/s3rver';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Closable } from './cleanup.ts';
import { createObjectLock, type LockedVersion, type ObjectLock } from './objectLock.ts';

/** The bucket that is there from the start. */
export const BUCKET = 'recordings';

/** With which the test server lets in. */
export const S3_CREDENTIALS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

/** `down`: connections break. `refusing`: 403. `lying`: checksums are not those of what it was given. */
export type S3Fault = 'down' | 'refusing' | 'lying';

/** An object store with real protocol and signatures, behind a way on which it can fail. */
export interface S3Server extends Closable {
  readonly url: string;
  /** The bucket's files: keys as paths. */
  readonly bucketDir: string;
  fault: S3Fault | undefined;
  /** Method and path of every request, in order of arrival. */
  readonly requests: string[];
  /** Everything that was stored, as Object Lock sees it. */
  readonly versions: readonly LockedVersion[];
}

/** Starts it on a free port. @param directory where its objects are */
export async function startS3Server(directory: string, { objectLock = false } = {}): Promise<S3Server> {
  const store = new S3rver({
    address: '127.0.0.1',
    port: 0,
    directory,
    silent: true,
    configureBuckets: [{ name: BUCKET }],
  });
  const target = await store.run();
  const lock = createObjectLock(BUCKET, objectLock);
  const way = createServer((incoming, answer) => {
    server.requests.push(`${incoming.method} ${decodeURIComponent(incoming.url ?? '')}`);
    if (server.fault === 'down') incoming.socket.destroy();
    else if (server.fault === 'refusing') refuse(incoming, answer);
    else if (!lock.answer(incoming, answer))
      pass(incoming, answer, { port: target.port, lying: server.fault === 'lying', lock });
  });
  way.listen(0, '127.0.0.1');
  await once(way, 'listening');
  const server: S3Server = {
    url: `http://127.0.0.1:${(way.address() as AddressInfo).port}`,
    bucketDir: join(directory, BUCKET),
    fault: undefined,
    requests: [],
    versions: lock.versions,
    async close() {
      way.closeAllConnections();
      way.close();
      await store.close();
    },
  };
  return server;
}

function refuse(incoming: IncomingMessage, answer: ServerResponse): void {
  incoming.resume().on('end', () => {
    answer.writeHead(403, { 'content-type': 'application/xml' });
    answer.end('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>');
  });
}

function pass(
  incoming: IncomingMessage,
  answer: ServerResponse,
  { port, lying, lock }: { port: number; lying: boolean; lock: ObjectLock },
): void {
  const { method, url, headers } = incoming;
  const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers }, (answered) => {
    const { etag } = answered.headers;
    lock.answered(incoming, answered.statusCode ?? 502);
    const told = lying && etag !== undefined ? { etag: `"${'0'.repeat(32)}"` } : {};
    answer.writeHead(answered.statusCode ?? 502, { ...answered.headers, ...told });
    answered.pipe(answer);
  });
  outgoing.on('error', () => answer.destroy());
  incoming.pipe(outgoing);
}
