import {
  agentRequests,
  protocolErrorBody,
  recorderRequests,
  viewerRequests,
  type RequestTable,
} from '@sightline/shared';
import type { Socket } from 'socket.io-client';
import * as z from 'zod';
import { prepareAgent, prepareRecorder, prepareViewer, type Prepared } from '../clients.ts';
import { inputSchema } from '../jsonSchema.ts';
import { DTLS, RECEIVES, h264 } from '../mediaSamples.ts';
import { payloads, type Samples } from '../payloads.ts';
import type { Attack, Target } from '../protocol.ts';
import { refute } from './property.ts';
import { createTally, type Tally } from './tally.ts';

const RUNS_PER_EVENT = 40;
/** A client that has been through so much is replaced by one whose state is known. */
const RUNS_PER_CLIENT = 5;
const ANSWER_MS = 10_000;

const ID_FIELDS = ['routerId', 'producerId', 'consumerId', 'sessionId', 'ticket'];
/** Stands in a payload for the id that the client of the moment has. */
const placeholderOf = (field: string): string => `the ${field}`;

const SAMPLES: Samples = {
  ...Object.fromEntries(ID_FIELDS.map((field) => [field, [placeholderOf(field)]])),
  transportId: ['transportId', 'spareTransportId'].map(placeholderOf),
  dtlsParameters: [DTLS],
  rtpParameters: [h264(2_222), h264(3_333)],
  rtpCapabilities: [RECEIVES],
  trackId: ['display-1', 'display-2'],
  mediaBaseUrl: ['http://127.0.0.1:9', 'data:text/html,x'],
};

const acknowledgement = z.union([
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), error: protocolErrorBody }),
]);

function withIds(payload: unknown, ids: Prepared['ids']): unknown {
  const text = Object.entries(ids).reduce(
    (json, [field, id]) => json.replaceAll(`"${placeholderOf(field)}"`, JSON.stringify(id)),
    JSON.stringify(payload),
  );
  return JSON.parse(text);
}

async function ask(socket: Socket, event: string, payload: unknown): Promise<unknown> {
  return socket.timeout(ANSWER_MS).emitWithAck(event, payload);
}

/** @throws Error when the answer to an event is none that the protocol allows */
function check(table: RequestTable, event: string, answer: unknown): void {
  const ack = acknowledgement.parse(answer);
  if (ack.ok) table[event]?.response.parse(ack.data);
  else if (ack.error.code === 'internal') throw new Error(`answered internal: ${ack.error.message}`);
}

async function tryTable(
  target: Target,
  tally: Tally,
  table: RequestTable,
  prepare: (target: Target) => Promise<Prepared>,
): Promise<void> {
  for (const event of [...Object.keys(table), 'no-such-event', 'toString', '__proto__']) {
    const schema = table[event]?.request ?? z.object({});
    let client: Prepared | undefined;
    let runs = 0;
    const tryOne = async (payload: unknown): Promise<void> => {
      if (client === undefined || !client.socket.connected || runs % RUNS_PER_CLIENT === 0) {
        client?.socket.disconnect();
        client = await prepare(target);
      }
      runs += 1;
      tally.attempt();
      check(table, event, await ask(client.socket, event, withIds(payload, client.ids)));
    };
    const options = { numRuns: RUNS_PER_EVENT, seed: target.seed };
    const refuted = await refute(payloads(inputSchema(schema), SAMPLES), tryOne, options);
    if (refuted !== undefined) tally.fail(`${event}: ${refuted}`);
    client?.socket.disconnect();
  }
}

/** Payloads that fit their schemas, nearly fit, or do not fit at all; of every event there is. */
export const eventPayloads: Attack = async (target) => {
  const tally = createTally();
  await tryTable(target, tally, recorderRequests, prepareRecorder);
  await tryTable(target, tally, agentRequests, prepareAgent);
  const publisher = await prepareAgent(target);
  await tryTable(target, tally, viewerRequests, prepareViewer);
  publisher.socket.disconnect();
  return tally.outcome();
};
