import { existsSync } from 'node:fs';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import {
  HttpProblem,
  notFound,
  refuseMalformed,
  sendProblem,
  type Logger,
  type Listener,
} from '@sightline/shared/node';
import {
  LogController,
  fastify,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
} from 'fastify';
import type { Exposure } from '../exposure/exposure.ts';
import type { Gate } from '../exposure/gate.ts';
import { collectRoutes, openApiRoutes } from './openApi.ts';
import { createApi, type Api, type ApiDeps } from './route.ts';

/** Where the built pages are. */
export interface PageFolders {
  dashboard: string;
  agent: string;
}

/** For a year, browsers come by https only (RFC 6797). */
const HSTS_SECONDS = 31_536_000;

/** What {@link createHttpServer} needs. */
export interface HttpServerDeps {
  pages: PageFolders;
  exposure: Exposure;
  gate: Gate;
  listener: Listener;
  sessions: ApiDeps['sessions'] & { readonly cookieName: string };
  companyExists: ApiDeps['companyExists'];
  /** Declares the routes of the API. */
  declareRoutes: (api: Api) => void;
  /** The recorders' origins: pages fetch recordings there, and agents upload. */
  mediaOrigins: () => readonly string[];
  logger: Logger;
}

/** The HTTP server, not listening yet, and what it answers to. */
export interface HttpServer {
  readonly app: FastifyInstance;
  readonly api: Api;
}

/** Builds the HTTP server: health, API, dashboard at `/`, agent page at `/agent/`. */
export async function createHttpServer(deps: HttpServerDeps): Promise<HttpServer> {
  const onError = (error: unknown, reply: FastifyReply): void =>
    sendProblem(reply, error, () => deps.logger.error({ err: error, code: 'internal' }, 'a request failed'));
  const loggerInstance: FastifyBaseLogger = deps.logger;
  const app: FastifyInstance = fastify({
    loggerInstance,
    serverFactory: deps.listener,
    trustProxy: (address, hop) => deps.gate.trusts(address, hop),
    logController: new LogController({ disableRequestLogging: true }),
    clientErrorHandler: refuseMalformed,
    frameworkErrors: (error, _request, reply) => onError(error, reply),
    bodyLimit: 64 * 1024,
  });
  app.setErrorHandler((error, _request, reply) => onError(error, reply));
  app.addHook('onRequest', (request, _reply, done) => {
    done(
      deps.gate.admits(request.raw) ? undefined : new HttpProblem(403, 'foreign-origin', deps.gate.advice),
    );
  });
  const ownAndMedia = (): string => ["'self'", ...deps.mediaOrigins()].join(' ');
  await app.register(helmet, {
    hsts: deps.exposure.secure && { maxAge: HSTS_SECONDS, includeSubDomains: false },
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        connectSrc: [ownAndMedia],
        mediaSrc: ["'self'", 'blob:'],
        imgSrc: ['data:', 'blob:', ownAndMedia],
        styleSrc: ["'self'", "'unsafe-inline'"],
        workerSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
  });
  await collectRoutes(app, deps.sessions.cookieName);
  const api = createApi(app, deps);
  deps.declareRoutes(api);
  await openApiRoutes(app, api);
  app.get('/healthz', () => ({ status: 'ok' }));
  await servePages(app, deps.pages);
  return { app, api };
}

async function servePages(app: FastifyInstance, pages: PageFolders): Promise<void> {
  for (const root of [pages.dashboard, pages.agent]) {
    if (!existsSync(root)) {
      app.log.warn({ code: 'page-not-built', root }, 'a page is not built; run "npm run setup"');
    }
  }
  const cacheable = (reply: Pick<FastifyReply, 'header'>, path: string): void => {
    reply.header(
      'cache-control',
      path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    );
  };
  await app.register(fastifyStatic, {
    root: pages.agent,
    prefix: '/agent/',
    decorateReply: false,
    setHeaders: cacheable,
  });
  app.get('/agent', (request, reply) =>
    reply.redirect(`/agent/${new URL(request.url, 'http://local').search}`),
  );
  await app.register(fastifyStatic, {
    root: pages.dashboard,
    prefix: '/',
    wildcard: false,
    setHeaders: cacheable,
  });
  app.setNotFoundHandler((request, reply) => {
    const isPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (isPage && !request.url.startsWith('/api/')) return reply.sendFile('index.html');
    throw notFound();
  });
}
