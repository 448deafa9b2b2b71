import {
  agentMessages,
  agentNotices,
  listenToMessages,
  listenToNotices,
  type ListenerErrorHandler,
  type SeenMessages,
  type TypedEmitter,
} from '@sightline/shared';
import type { ConnectionEvents } from './connection.ts';
import { DEVICE_REVOKED, TAKEN_OVER, type ConnectionProblem } from './refusal.ts';
import type { AgentSocket } from './socket.ts';

/** Hands on what the server tells; what makes no sense goes to `onListenerError`. */
export function listenToServer(deps: {
  socket: AgentSocket;
  events: TypedEmitter<ConnectionEvents>;
  seen: SeenMessages;
  onWelcome: () => void;
  /** The server has ended it for good. */
  onRefused: (problem: ConnectionProblem) => void;
  onListenerError: ListenerErrorHandler;
}): void {
  const { socket, events, seen, onListenerError } = deps;
  listenToNotices(
    socket,
    agentNotices,
    {
      'client-connected-success': (welcome) => {
        events.emit('welcome', welcome);
        deps.onWelcome();
      },
      'taken-over': () => deps.onRefused(TAKEN_OVER),
      'device-revoked': () => deps.onRefused(DEVICE_REVOKED),
    },
    (name, error) => onListenerError(error, name),
  );
  listenToMessages(socket, agentMessages, {
    handlers: {
      watched: ({ viewers }) => events.emit('watched', viewers),
      recorded: ({ recorded }) => events.emit('recorded', recorded),
      'publish-again': ({ reason }) => events.emit('publish-again', reason),
      'offer-sent': ({ trackId }) => events.emit('offer-sent', trackId),
    },
    seen,
    onBadMessage: ({ name, error }) => onListenerError(error, name),
  });
}
