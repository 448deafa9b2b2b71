import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Closable } from '@sightline/e2e/harness/cleanup.ts';
import { recorderOffer } from '@sightline/e2e/harness/recorderOffer.ts';
import type { Stack } from '@sightline/e2e/harness/stack.ts';
import {
  PROTOCOL_VERSION,
  RECORDER_NAMESPACE,
  createRequester,
  recorderCommands,
  recorderRequests,
  serveRequests,
} from '@sightline/shared';
import { io, type Socket } from 'socket.io-client';

/** A recorder that takes every run and keeps nothing: agents learn from the sfu that they are recorded. */
export interface RecorderStub extends Closable {
  /** Goes away and does not come back by itself. */
  leave(): void;
  /** Offers its service, and does so again whenever the sfu is back. */
  come(): void;
}

/** Makes a recorder that has not come yet. */
export async function createRecorderStub(
  stack: Pick<Stack, 'url' | 'recorderSecret'>,
): Promise<RecorderStub> {
  const media = createSocket('udp4').bind(0, '127.0.0.1');
  await once(media, 'listening');
  const { port } = media.address();
  const socket: Socket = io(`${stack.url}${RECORDER_NAMESPACE}`, {
    autoConnect: false,
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
    auth: { protocolVersion: PROTOCOL_VERSION, secret: stack.recorderSecret },
  });
  const request = createRequester(socket, recorderRequests);
  const complain = (what: string): void => void process.stderr.write(`recorder: ${what}\n`);
  serveRequests(
    socket,
    recorderCommands,
    {
      'start-run': () => ({ host: '127.0.0.1', rtpPort: port, rtcpPort: port }),
      'run-sound': () => ({}),
      'stop-run': () => ({}),
      'close-session': () => ({}),
      'hold-media': () => ({}),
      'start-export': () => ({}),
      'cancel-export': () => ({}),
    },
    { notices: ['run-key-frame', 'run-frame'], onRefused: (event, code) => complain(`${event}: ${code}`) },
  );
  socket.on('connect', () => {
    request('recorder-ready', recorderOffer('stub')).catch((error: unknown) => complain(String(error)));
  });
  return {
    leave: () => void socket.disconnect(),
    come: () => void socket.connect(),
    close() {
      socket.disconnect();
      media.close();
    },
  };
}
