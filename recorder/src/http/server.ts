import cors from '@fastify/cors';
import { notFound, refuseMalformed, sendProblem, type Listener, type Logger } from '@sightline/shared/node';
import createFastify, { type FastifyInstance, type FastifyReply } from 'fastify';

/** A part of what the recorder's HTTP server does. */
export interface HttpModule {
  /** Where its routes are, such as `/media`. */
  prefix: string;
  /** What pages of other origins may do there (Fetch standard, CORS protocol). */
  cors: {
    origins: readonly string[];
    methods: readonly string[];
    allowedHeaders?: readonly string[];
    exposedHeaders: readonly string[];
  };
  /** Declares the routes, relative to the prefix, on an instance of its own. */
  mount(scope: FastifyInstance): void | Promise<void>;
}

/** What the HTTP server needs. */
export interface HttpServerDeps {
  listener: Listener;
  modules: readonly HttpModule[];
  /** Goes into `GET /healthz`. */
  health: () => { connected: boolean; runs: number };
  logger: Logger;
}

const PREFLIGHT_SECONDS = 600;

/** Builds the recorder's HTTP server: `GET /healthz`, and what its modules serve. Every error is a problem document (RFC 9457). */
export async function createHttpServer(deps: HttpServerDeps): Promise<FastifyInstance> {
  const { logger } = deps;
  const onError = (error: unknown, reply: FastifyReply): void =>
    sendProblem(reply, error, () => logger.error({ err: error, code: 'internal' }, 'a request failed'));
  const server = createFastify({
    logger: false,
    serverFactory: deps.listener,
    forceCloseConnections: true,
    clientErrorHandler: refuseMalformed,
    // A URL that is not well formed gets no further than this.
    frameworkErrors: (error, _request, reply) => onError(error, reply),
  });
  server.setErrorHandler((error, _request, reply) => onError(error, reply));
  server.setNotFoundHandler(() => {
    throw notFound();
  });
  server.get('/healthz', (_request, reply) => reply.send({ status: 'ok', ...deps.health() }));
  for (const module of deps.modules) {
    const { prefix, cors: allowed } = module;
    await server.register(
      async (scope) => {
        await scope.register(cors, {
          origin: [...allowed.origins],
          methods: [...allowed.methods],
          exposedHeaders: [...allowed.exposedHeaders],
          ...(allowed.allowedHeaders === undefined ? {} : { allowedHeaders: [...allowed.allowedHeaders] }),
          maxAge: PREFLIGHT_SECONDS,
        });
        await module.mount(scope);
      },
      { prefix },
    );
  }
  return server;
}
