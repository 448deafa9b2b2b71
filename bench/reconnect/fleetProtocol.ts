import { enrolment, machineInfo, type RequestTable } from '@sightline/shared';
import * as z from 'zod';

const none = z.object({});
/** Of the monotonic clock. */
const atMs = z.number();
/** By how much timers of the process were late: above some ms it measures itself. */
const lag = z.object({ p99Ms: z.number(), maxMs: z.number() });
const clientState = {
  clientId: z.string(),
  aspect: z.enum(['presence', 'paused']),
  value: z.string(),
};

/** What a process full of agents is asked. */
export const agentFleetRequests = {
  /** Connects agents that are enrolled and, if they are to send media, waits until they do. */
  open: {
    request: z.object({
      url: z.string(),
      agents: z.array(z.object({ number: z.int(), enrolment, machine: machineInfo })),
      media: z.boolean(),
    }),
    response: none,
  },
  /** How many agents stream into the session that they began with, and how many of those the sfu receives. */
  streaming: { request: none, response: z.object({ live: z.int(), received: z.int() }) },
  /** What became of each agent that sends media. */
  report: {
    request: none,
    response: z.object({
      agents: z.array(
        z.object({
          deviceId: z.string(),
          sessionId: z.string(),
          /** When the session that it began with was live the last time that it became so. */
          liveAtMs: atMs,
          /** Numbers of the messages that it acted on, in that order. */
          handled: z.array(z.int()),
        }),
      ),
      lag,
    }),
  },
  /** Has random agents change: drop and return, or pause and resume. */
  churn: {
    request: z.object({ seed: z.int(), perSecond: z.number(), durationMs: z.number() }),
    response: z.object({ changes: z.array(z.object({ ...clientState, atMs })), lag }),
  },
} as const satisfies RequestTable;

/** What a process full of viewers is asked. */
export const viewerFleetRequests = {
  /** Opens the dashboards' connections, one per cookie, each with the list of all clients. */
  open: { request: z.object({ url: z.string(), cookies: z.array(z.string()) }), response: none },
  /** From now on viewers begin and cease to watch random streams, so often. */
  'begin-watching': { request: z.object({ seed: z.int(), perSecond: z.number() }), response: none },
  'cease-watching': { request: none, response: z.object({ watched: z.int() }) },
  /** What each viewer has learned of clients since it was opened. */
  sightings: {
    request: none,
    response: z.object({
      sightings: z.array(z.object({ ...clientState, viewer: z.int(), atMs })),
      lag,
    }),
  },
} as const satisfies RequestTable;

/** See {@link lag}. */
export type Lag = z.output<typeof lag>;
/** An enrolled agent, with its number among all of them. */
export type FleetAgent = z.output<typeof agentFleetRequests.open.request>['agents'][number];
