import * as fc from 'fast-check';
import * as z from 'zod';
import { callHttp, faultOf, type Answer } from '../httpCall.ts';
import { jsonSchema, type JsonSchema } from '../jsonSchema.ts';
import { payloads } from '../payloads.ts';
import type { Attack, Target } from '../protocol.ts';
import { signedIn } from '../signedIn.ts';
import { refute } from './property.ts';
import { createTally } from './tally.ts';

const RUNS_PER_ROUTE = 30;

const openApi = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z.array(z.object({ name: z.string(), in: z.string(), schema: jsonSchema })).default([]),
        requestBody: z
          .object({ content: z.object({ 'application/json': z.object({ schema: jsonSchema }) }) })
          .exactOptional(),
      }),
    ),
  ),
});

/** A route of the API's document. */
interface Route {
  readonly method: string;
  readonly path: string;
  readonly params: JsonSchema;
  readonly query: JsonSchema;
  readonly body: JsonSchema | undefined;
}

async function listRoutes(port: number): Promise<Route[]> {
  const { body } = await callHttp(port, { method: 'GET', path: '/api/v1/openapi.json' });
  return Object.entries(openApi.parse(JSON.parse(body)).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, requestBody }]) => {
      const schemaOf = (place: string): JsonSchema => {
        const those = parameters.filter((parameter) => parameter.in === place);
        return {
          type: 'object',
          properties: Object.fromEntries(those.map(({ name, schema }) => [name, schema])),
          required: place === 'path' ? those.map(({ name }) => name) : [],
        };
      };
      return {
        method: method.toUpperCase(),
        path,
        params: schemaOf('path'),
        query: schemaOf('query'),
        body: requestBody?.content['application/json'].schema,
      };
    }),
  );
}

const fields = z.record(z.string(), z.unknown()).catch({});

const asText = (value: unknown): string =>
  typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value);

function pathOf({ path }: Route, params: unknown, query: unknown): string {
  const values = fields.parse(params);
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(asText(values[name] ?? 'x')),
  );
  const pairs = Object.entries(fields.parse(query)).map(([key, value]) => [
    key.toWellFormed(),
    asText(value),
  ]);
  return pairs.length === 0 ? filled : `${filled}?${new URLSearchParams(pairs).toString()}`;
}

function inputs({ params, query, body }: Route, { ids }: Target): fc.Arbitrary<Input> {
  return fc.record({
    params: payloads(params, ids),
    query: payloads(query, ids),
    body: body === undefined ? fc.option(fc.jsonValue(), { nil: undefined }) : payloads(body, ids),
    // Each failure to sign in or to enrol slows its address down; from a few hundred, all of them are looked at.
    from: fc.integer({ min: 1, max: 250 }).map((host) => `127.66.0.${host}`),
  });
}

interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly from: string;
}

/** Parameters, queries and bodies that fit their schemas, nearly fit, or do not fit at all; to every route there is. */
export const routePayloads: Attack = async (target) => {
  const tally = createTally();
  let cookie = await signedIn(target);
  const ask = (route: Route, { params, query, body, from }: Input): Promise<Answer> =>
    callHttp(target.port, {
      method: route.method,
      path: pathOf(route, params, query),
      headers: { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      from,
    });
  const routes = await listRoutes(target.port);
  if (routes.length === 0) tally.fail('the document of the API names no routes');
  for (const route of routes) {
    const tryOne = async (input: Input): Promise<void> => {
      tally.attempt();
      const answer = await ask(route, input);
      const fault = faultOf(answer);
      if (fault !== undefined) throw new Error(fault);
      // Some routes end the session with which they are called.
      if (answer.body.includes('not-signed-in')) cookie = await signedIn(target);
    };
    const options = { numRuns: RUNS_PER_ROUTE, seed: target.seed };
    const refuted = await refute(inputs(route, target), tryOne, options);
    if (refuted !== undefined) tally.fail(`${route.method} ${route.path}: ${refuted}`);
  }
  return tally.outcome();
};
