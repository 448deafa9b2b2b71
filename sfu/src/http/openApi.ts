import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Api } from './route.ts';

/** Collects every route that is added from now on into an OpenAPI 3.1 document. */
export async function collectRoutes(app: FastifyInstance, cookieName: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sightline',
        description: 'Errors are problem documents (RFC 9457) with a `code`.',
        version: '1',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: cookieName } } },
      security: [{ session: [] }],
    },
    transform: jsonSchemaTransform,
    // Tags are what declared routes have, and pages have not.
    hideUntagged: true,
  });
}

/** `GET /api/v1/openapi.json`, and the same to browse at `/api/v1/docs`. Everybody may read it: it holds no data. */
export async function openApiRoutes(app: FastifyInstance, api: Api): Promise<void> {
  api.route({
    method: 'GET',
    url: '/api/v1/openapi.json',
    summary: 'This document.',
    access: 'public',
    input: {},
    response: z.record(z.string(), z.unknown()),
    handler: () => ({ ...app.swagger() }),
  });
  await app.register(swaggerUi, { routePrefix: '/api/v1/docs', uiConfig: { deepLinking: true } });
}
