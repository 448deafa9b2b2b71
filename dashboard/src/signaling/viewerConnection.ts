import {
  createRequester,
  listenToNotices,
  ProtocolError,
  protocolErrorBody,
  viewerNotices,
  viewerRequests,
  type AckEmitter,
  type Clock,
  type ErrorCode,
  type NoticeHandlers,
  type NoticeSource,
  type ProtocolErrorBody,
  type Requester,
} from '@sightline/shared';

/** The part of a Socket.IO client socket that the connection needs. */
export interface ClientSocket extends AckEmitter, NoticeSource {
  readonly connected: boolean;
  /** Whether it will try to connect again by itself. */
  readonly active: boolean;
  connect(): unknown;
  disconnect(): unknown;
}

/** How the connection to the server stands. `refused`: the server said no, and why. */
export type ConnectionState =
  | { status: 'connecting' | 'connected' | 'reconnecting' }
  | { status: 'refused'; code: ErrorCode; message: string };

/** Sends the requests of a dashboard. */
export type ViewerRequester = Requester<typeof viewerRequests>;

/** The signaling connection of a dashboard. */
export interface ViewerConnection {
  /** Sends a request; refused at once with `not-connected` while there is no connection: none is kept for later. */
  readonly request: ViewerRequester;
  /** Begins to connect; after a loss it connects again by itself. */
  open(): void;
  close(): void;
}

/** After a refusal that may pass. */
const RETRY_MS = 3_000;
/** After the server has closed the connection: the next attempt tells why. */
const RETURN_MS = 500;
/** Refusals that stay as they are, however often this page asks. */
const FINAL: readonly ErrorCode[] = ['unsupported-protocol-version', 'unauthorised'];

/** Builds the connection over a socket that has not been opened yet. */
export function createViewerConnection(deps: {
  socket: ClientSocket;
  clock: Clock;
  notices: NoticeHandlers<typeof viewerNotices>;
  onState: (state: ConnectionState) => void;
  onError: (error: unknown) => void;
}): ViewerConnection {
  const { socket, clock, onState } = deps;
  const send = createRequester(socket, viewerRequests);
  let closed = false;
  let cancelRetry: (() => void) | undefined;

  const retryIn = (delayMs: number): void => {
    cancelRetry?.();
    cancelRetry = clock.after(delayMs, () => socket.connect());
  };
  socket.on('connect', () => {
    if (!closed) onState({ status: 'connected' });
  });
  socket.on('disconnect', () => {
    if (closed) return;
    onState({ status: 'reconnecting' });
    if (!socket.active) retryIn(RETURN_MS);
  });
  socket.on('connect_error', (error) => {
    // While it is active the server was only out of reach, and the socket tries again by itself.
    if (closed || socket.active) return;
    const refusal = readRefusal(error);
    onState({ status: 'refused', ...refusal });
    if (!FINAL.includes(refusal.code)) retryIn(RETRY_MS);
  });
  listenToNotices(socket, viewerNotices, deps.notices, (name, error) =>
    deps.onError(new Error(`The notice "${name}" is not of the protocol's shape.`, { cause: error })),
  );

  return {
    request: async (name, payload) => {
      if (!socket.connected) {
        throw new ProtocolError('not-connected', 'There is no connection to the server at the moment.');
      }
      return send(name, payload);
    },
    open: () => void socket.connect(),
    close() {
      if (closed) return;
      closed = true;
      cancelRetry?.();
      socket.disconnect();
    },
  };
}

function readRefusal(error: unknown): ProtocolErrorBody {
  const data = typeof error === 'object' && error !== null && 'data' in error ? error.data : undefined;
  const body = protocolErrorBody.safeParse(data);
  if (body.success) return body.data;
  return {
    code: 'internal',
    message: error instanceof Error ? error.message : 'The server refused the connection.',
  };
}
