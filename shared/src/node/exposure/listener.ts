import {
  createServer as createHttpServer,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { CertificateWatch } from './certificate.ts';

/** A client that sends its headers, or its TLS handshake, more slowly than this is cut off. */
const HEADERS_TIMEOUT_MS = 10_000;
/** The same for a request with its body, of at most 64 KiB. */
const REQUEST_TIMEOUT_MS = 30_000;
/** A connection on which nothing moves, such as one of a client that does not read its answer. WebSockets have a ping instead. */
const IDLE_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 10_000;
const CHECKS_EVERY_MS = 2_000;
/** Agents and viewers have one connection each; the rest is for a flood to run into before memory does. */
const MAX_CONNECTIONS = 16_384;

/** Makes the server on which HTTP and signaling listen; Fastify's `serverFactory`. */
export type Listener = (handler: RequestListener) => Server;

/** Builds a {@link Listener}. With a certificate it speaks TLS. */
export function createListener(certificate: CertificateWatch | undefined): Listener {
  const options: ServerOptions = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECKS_EVERY_MS,
  };
  return (handler) => {
    const server =
      certificate === undefined
        ? createHttpServer(options, handler)
        : createTlsServer(options, certificate, handler);
    server.maxConnections = MAX_CONNECTIONS;
    server.timeout = IDLE_TIMEOUT_MS;
    return server;
  };
}

function createTlsServer(
  options: ServerOptions,
  certificate: CertificateWatch,
  handler: RequestListener,
): Server {
  const server = createHttpsServer(
    { ...options, ...certificate.current, handshakeTimeout: HEADERS_TIMEOUT_MS },
    handler,
  );
  // Connections that are open keep the certificate that they began with.
  certificate.events.on('replaced', (next) => server.setSecureContext(next));
  return server;
}
