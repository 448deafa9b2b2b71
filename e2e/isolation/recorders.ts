import {
  RECORDER_NAMESPACE,
  createRequester,
  recorderCommands,
  recorderRequests,
  type Ack,
  type RunOrder,
} from '@sightline/shared';
import type { Socket } from 'socket.io-client';
import type * as z from 'zod';
import { recorderOffer } from '../harness/recorderOffer.ts';
import { connect } from './sockets.ts';
import type { World } from './world.ts';

/** Connects what has the recorders' secret, and offers no service yet. */
export function connectRecorder({ stack }: World): Promise<Socket> {
  return connect(stack.url, RECORDER_NAMESPACE, { auth: { secret: stack.recorderSecret } });
}

/** Connects a recorder that offers its service, and does nothing that it is asked for. */
export async function startRecorder(world: World): Promise<Socket> {
  const socket = await connectRecorder(world);
  refuseAll(socket, Object.keys(recorderCommands));
  await createRequester(socket, recorderRequests)('recorder-ready', recorderOffer('recorder'));
  return socket;
}

/** Connects a recorder that takes every run; tells of each. */
export async function startKeenRecorder(world: World, onRun: (order: RunOrder) => void): Promise<Socket> {
  const socket = await connectRecorder(world);
  const { 'start-run': start, ...others } = recorderCommands;
  refuseAll(socket, Object.keys(others));
  socket.on('start-run', (payload: unknown, answer: (taken: Ack<RunPorts>) => void) => {
    const order = start.request.parse(payload);
    answer({ ok: true, data: { host: '127.0.0.1', rtpPort: DISCARD_PORT, rtcpPort: DISCARD_PORT } });
    onRun(order);
  });
  await createRequester(socket, recorderRequests)('recorder-ready', recorderOffer('keen'));
  return socket;
}

type RunPorts = z.output<(typeof recorderCommands)['start-run']['response']>;

/** RFC 863: nobody sends a packet. */
const DISCARD_PORT = 9;

function refuseAll(socket: Socket, commands: readonly string[]): void {
  const refuse = (_order: unknown, answer: (refusal: Ack<never>) => void): void => {
    answer({ ok: false, error: { code: 'overloaded', message: 'This recorder takes no orders.' } });
  };
  for (const command of commands) socket.on(command, refuse);
}
