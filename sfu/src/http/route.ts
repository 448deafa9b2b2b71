import type { Readable } from 'node:stream';
import { problem } from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { withoutMapping } from '../exposure/address.ts';
import type { Reach } from '../identity/authorise.ts';
import type { AuthenticatedRequest, SignedIn } from '../identity/signedIn.ts';
import { admit, type Access, type Admitted } from './admit.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set on what {@link Api.route} declared. */
    declared?: true;
  }
}

/** Schemas of what a request carries; `query` and `params` hold strings until they are coerced. */
export type RouteInput = {
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
};

/** What a route answers with: JSON of this schema, nothing (204), the address to go to (302), or a file of this media type. */
export type RouteResponse = z.ZodType | 'nothing' | 'redirect' | { readonly file: string };

type Answer<Response> = Response extends z.ZodType
  ? z.output<Response>
  : Response extends 'nothing'
    ? void
    : Response extends 'redirect'
      ? string
      : Readable;

/** What a handler gets beside the parsed input. */
export interface RouteContext {
  /** Where the request came from. */
  readonly address: string;
  readonly cookieHeader: string | undefined;
  /** For headers only: what the handler returns is sent by {@link Api.route}. */
  readonly reply: FastifyReply;
}

type Handler<Input, Context, Response> = (
  input: Input,
  context: Context,
) => Promise<Answer<Response>> | Answer<Response>;

type ParsedInput<Input extends RouteInput> = z.output<z.ZodObject<Input>>;

interface RouteDescription<Input extends RouteInput, Response extends RouteResponse> {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** As Fastify writes it. `:companyId` is a company on which the route's permission is checked. */
  url: `/api/v1/${string}`;
  /** A sentence for the API's document. */
  summary: string;
  /** Keys that a schema does not name are dropped. */
  input: Input;
  response: Response;
  /** A grant for some groups of `:companyId` is enough; the handler then shows what lies within `reach` only. */
  withinGroups?: true;
}

/** A route: what it is, who may use it, and what it does. */
export type RouteSpec<Input extends RouteInput, Response extends RouteResponse> = RouteDescription<
  Input,
  Response
> &
  (
    | { access: 'public'; handler: Handler<ParsedInput<Input>, RouteContext, Response> }
    | {
        access: 'signed-in';
        handler: Handler<ParsedInput<Input>, RouteContext & { readonly caller: SignedIn }, Response>;
      }
    | {
        access: Exclude<Access, 'public' | 'signed-in'>;
        handler: Handler<
          ParsedInput<Input>,
          RouteContext & { readonly caller: SignedIn; readonly reach: Reach },
          Response
        >;
      }
  );

/** A route as it was declared, for documents and for tests that go through all of them. */
export type DeclaredRoute = RouteDescription<RouteInput, RouteResponse> & { access: Access };

/** The routes of the HTTP API. */
export interface Api {
  readonly routes: readonly DeclaredRoute[];
  /** `METHOD url` of everything the server answers to that was not declared here, pages and health included. */
  readonly undeclared: readonly string[];
  /** Declares a route. Its callers are admitted and its input is parsed before the handler runs. */
  route<Input extends RouteInput, Response extends RouteResponse>(spec: RouteSpec<Input, Response>): void;
}

/** What {@link createApi} needs. */
export interface ApiDeps {
  sessions: {
    authenticateRequest(cookieHeader: string | undefined): Promise<AuthenticatedRequest | undefined>;
  };
  companyExists: (companyId: string) => Promise<boolean>;
}

/** Builds the {@link Api} of a server; before the server gets any other route, so that none escapes the list. */
export function createApi(app: FastifyInstance, deps: ApiDeps): Api {
  const routes: DeclaredRoute[] = [];
  const undeclared: string[] = [];
  const admissions = new WeakMap<FastifyRequest, Admitted>();
  app.setSerializerCompiler(serializerCompiler);
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.declared === undefined) undeclared.push(`${String(method)} ${url}`);
  });

  const admitRequest = async (
    spec: DeclaredRoute,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> => {
    if (spec.access === 'public') return;
    const authenticated = await deps.sessions.authenticateRequest(request.headers.cookie);
    if (authenticated?.setCookie !== undefined) void reply.header('set-cookie', authenticated.setCookie);
    const admitted = await admit(
      authenticated?.signedIn,
      {
        url: spec.url,
        access: spec.access,
        companyId: companyParam.safeParse(request.params).data?.companyId,
        withinGroups: spec.withinGroups === true,
      },
      deps.companyExists,
    );
    admissions.set(request, admitted);
  };

  const admittedOf = (request: FastifyRequest): Admitted => {
    const admitted = admissions.get(request);
    if (admitted === undefined)
      throw new Error('A request reached its handler without having been admitted.');
    return admitted;
  };

  return {
    routes,
    undeclared,
    route(spec) {
      const { method, url, summary, access, input, response } = spec;
      const declared: DeclaredRoute = { method, url, summary, access, input, response };
      if (spec.withinGroups !== undefined) declared.withinGroups = spec.withinGroups;
      routes.push(declared);
      const schema = z.object(input);
      app.route({
        method,
        url,
        config: { declared: true },
        schema: documentationOf(declared),
        // The handler parses, in one go and with our own message; Fastify only keeps the schemas for the document.
        validatorCompiler: () => () => true,
        onRequest: (request, reply) => admitRequest(declared, request, reply),
        handler: async (request, reply) => {
          const { params, query, body } = request;
          const parsed = parseInput(schema, { params, query, body });
          const context: RouteContext = {
            address: withoutMapping(request.ip),
            cookieHeader: request.headers.cookie,
            reply,
          };
          const answer: unknown =
            spec.access === 'public'
              ? await spec.handler(parsed, context)
              : await spec.handler(parsed, { ...context, ...admittedOf(request) });
          return sendAnswer(reply, response, answer);
        },
      });
    },
  };
}

const companyParam = z.object({ companyId: z.string() });

function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HttpProblem(
    400,
    'bad-request',
    `${issue?.path.join('.') ?? 'input'}: ${issue?.message ?? 'invalid'}`,
  );
}

function sendAnswer(reply: FastifyReply, response: RouteResponse, answer: unknown): FastifyReply {
  void reply.header('cache-control', 'no-store');
  if (response === 'nothing') return reply.code(204).send();
  if (response === 'redirect') return reply.redirect(String(answer));
  if ('file' in response) return reply.type(response.file).send(answer);
  return reply.send(answer);
}

/** The schemas as `fastify-type-provider-zod` takes them. */
function documentationOf({ summary, access, input, response, url }: DeclaredRoute): object {
  const failure = (description: string): object => ({
    description,
    content: { 'application/problem+json': { schema: problem } },
  });
  return {
    summary,
    tags: [url.split('/')[3] ?? 'api'],
    ...(access === 'public' ? { security: [] } : { description: `Access: ${access}.` }),
    ...(input.params === undefined ? {} : { params: input.params }),
    ...(input.query === undefined ? {} : { querystring: input.query }),
    ...(input.body === undefined ? {} : { body: input.body }),
    response: {
      ...successOf(response),
      '4xx': failure('The request was refused; `code` says why.'),
      '5xx': failure('The server failed; its log says why.'),
    },
  };
}

function successOf(response: RouteResponse): Record<number, object> {
  if (response === 'nothing') return { 204: z.null().describe('Done.') };
  if (response === 'redirect') return { 302: z.null().describe('Go on there.') };
  if ('file' in response) {
    return { 200: { description: 'A file.', content: { [response.file]: { schema: z.string() } } } };
  }
  return { 200: { description: 'Done.', content: { 'application/json': { schema: response } } } };
}
