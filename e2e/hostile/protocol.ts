import type { RequestTable } from '@sightline/shared';
import * as z from 'zod';

const samples = z.object({
  socketMs: z.array(z.number()),
  httpMs: z.array(z.number()),
  failures: z.array(z.string()),
});

/** What the well-behaved client's process is asked. */
export const goodClientRequests = {
  /** Connects as an agent, and begins to ask by socket and by HTTP, in turn. */
  begin: {
    request: z.object({ url: z.string(), cookie: z.string(), credential: z.string() }),
    response: z.object({}),
  },
  /** How long the answers took that came since the last time this was asked, and what went wrong. */
  take: { request: z.object({}), response: samples },
} as const satisfies RequestTable;

/** What is attacked, and what the attacker has of his own. */
export const target = z.object({
  url: z.string(),
  port: z.int(),
  /** An account that may do everything, and that nobody else uses. */
  account: z.object({ email: z.string(), password: z.string() }),
  /** A recorder's. */
  recorderSecret: z.string(),
  /** Credentials of enrolled devices. */
  credentials: z.array(z.string()),
  /** Ids that exist and that nobody else uses, by the name of the field that takes them. */
  ids: z.record(z.string(), z.array(z.string())),
  seed: z.int(),
});

/** What the attacker's process is asked. */
export const attackerRequests = {
  attack: {
    request: z.object({ name: z.string(), target }),
    response: z.object({ attempts: z.int(), failures: z.array(z.string()) }),
  },
} as const satisfies RequestTable;

/** See {@link goodClientRequests}. */
export type Samples = z.output<typeof samples>;
/** See {@link target}. */
export type Target = z.output<typeof target>;
/** What an attack came to: how often it tried, and what the server should not have done. */
export type Outcome = z.output<(typeof attackerRequests)['attack']['response']>;
/** One way to hurt a server; resolves when it has been tried for long enough. */
export type Attack = (target: Target) => Promise<Outcome>;
