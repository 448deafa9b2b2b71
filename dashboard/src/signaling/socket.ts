import { PROTOCOL_VERSION, VIEWER_NAMESPACE } from '@sightline/shared';
import { io } from 'socket.io-client';
import type { ClientSocket } from './viewerConnection.ts';

/** The Socket.IO socket of this page's own server, not yet connected. */
export function createViewerSocket(): ClientSocket {
  return io(VIEWER_NAMESPACE, {
    autoConnect: false,
    auth: { protocolVersion: PROTOCOL_VERSION },
    // Over one transport, acknowledgements and notices stay in the order in which they were sent.
    transports: ['websocket'],
    reconnectionDelay: 500,
    reconnectionDelayMax: 3_000,
  });
}
