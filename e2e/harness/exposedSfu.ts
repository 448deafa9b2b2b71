import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { PROTOCOL_VERSION, VIEWER_NAMESPACE } from '@sightline/shared';
import { io, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import { createCleanup, type Closable } from './cleanup.ts';
import { freeTcpPort } from './ports.ts';
import type { Proc } from './proc.ts';
import { startSfu } from './stack.ts';
import { createTempDir } from './tempDir.ts';

/** How a request or a socket comes to the sfu. */
export interface Way {
  /** The certificate that is trusted; without one it comes in the clear. */
  readonly trusted?: string;
  /** The address that it comes from, default 127.0.0.1. */
  readonly from?: string;
}

/** What a request was answered with. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An sfu alone, for tests of how it answers whom. */
export interface ExposedSfu extends Closable {
  readonly port: number;
  readonly proc: Proc;
  /** Asks for its health. Unlike `fetch`, this may send any header. */
  ask(headers: Record<string, string>, way?: Way): Promise<Answer>;
  /** How a dashboard's socket that has not signed in is refused: with a code, or before the handshake. */
  socketRefusal(headers: Record<string, string>, way?: Way): Promise<string>;
}

/** Starts an sfu with these variables, which may depend on its port and folder. */
export async function openExposedSfu(
  variables: (own: { port: number; directory: string }) => Record<string, string>,
): Promise<ExposedSfu> {
  const cleanup = createCleanup();
  try {
    const directory = cleanup.use(await createTempDir('exposed')).path;
    const port = await freeTcpPort();
    const env = { SIGHTLINE_PORT: String(port), SIGHTLINE_DATA_DIR: directory, SIGHTLINE_WORKERS: '1' };
    const proc = cleanup.use(await startSfu({ ...env, ...variables({ port, directory }) }));
    return {
      port,
      proc,
      ask: (headers, way = {}) => ask(port, headers, way),
      socketRefusal: (headers, way = {}) => socketRefusal(port, headers, way),
      close: () => cleanup.close(),
    };
  } catch (error) {
    await cleanup.close();
    throw error;
  }
}

function ask(
  port: number,
  headers: Record<string, string>,
  { trusted, from = '127.0.0.1' }: Way,
): Promise<Answer> {
  const target = { host: '127.0.0.1', port, path: '/healthz', headers, localAddress: from };
  const request =
    trusted === undefined
      ? httpRequest({ ...target, agent: false })
      : httpsRequest({ ...target, agent: false, ca: trusted, servername: 'localhost' });
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    request.end();
  });
}

async function socketRefusal(
  port: number,
  headers: Record<string, string>,
  { trusted, from = '127.0.0.1' }: Way,
): Promise<string> {
  // `localAddress` reaches the WebSocket, though the types do not know of it.
  const options: Partial<ManagerOptions & SocketOptions> & { localAddress: string } = {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { protocolVersion: PROTOCOL_VERSION },
    extraHeaders: headers,
    localAddress: from,
    ...(trusted === undefined ? {} : { ca: trusted }),
  };
  const origin = trusted === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  const socket = io(`${origin}${VIEWER_NAMESPACE}`, options);
  try {
    const error = await new Promise<Error & { data?: { code?: string } }>((resolve, reject) => {
      socket.on('connect', () => reject(new Error('it was let in without having signed in')));
      socket.on('connect_error', resolve);
    });
    return error.data?.code ?? 'refused before the handshake';
  } finally {
    socket.disconnect();
  }
}
