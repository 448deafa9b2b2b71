import {
  RECORDER_NAMESPACE,
  createRequester,
  recorderCommands,
  recorderRequests,
  type Ack,
} from '@sightline/shared';
import type { Socket } from 'socket.io-client';
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
  const refuse = (_order: unknown, answer: (refusal: Ack<never>) => void): void => {
    answer({ ok: false, error: { code: 'limit-reached', message: 'This recorder takes no orders.' } });
  };
  for (const command of Object.keys(recorderCommands)) socket.on(command, refuse);
  await createRequester(socket, recorderRequests)('recorder-ready', recorderOffer('recorder'));
  return socket;
}
