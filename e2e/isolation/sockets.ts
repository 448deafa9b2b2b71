import {
  AGENT_NAMESPACE,
  PROTOCOL_VERSION,
  RECORDER_NAMESPACE,
  VIEWER_NAMESPACE,
  protocolErrorBody,
} from '@sightline/shared';
import { io, type Socket } from 'socket.io-client';

const ANSWER_MS = 10_000;

/** The namespaces that there are. */
export const NAMESPACES = [AGENT_NAMESPACE, VIEWER_NAMESPACE, RECORDER_NAMESPACE] as const;

/** One of {@link NAMESPACES}. */
export type Namespace = (typeof NAMESPACES)[number];

/** What somebody shows at the door of a namespace. */
export interface Shown {
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens a connection; whether it is let in shows later. */
export function openSocket(url: string, namespace: Namespace, { auth = {}, headers = {} }: Shown): Socket {
  return io(`${url}${namespace}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { protocolVersion: PROTOCOL_VERSION, ...auth },
    extraHeaders: { ...headers },
  });
}

/** How a connection was received: `in`, the code of the refusal, or `no connection` if it got no answer at all. */
export function received(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('connect', () => resolve('in'));
    socket.once('connect_error', (error: Error & { data?: unknown }) => {
      resolve(protocolErrorBody.safeParse(error.data).data?.code ?? 'no connection');
    });
  });
}

/** Connects somebody who has to be let in. */
export async function connect(url: string, namespace: Namespace, shown: Shown): Promise<Socket> {
  const socket = openSocket(url, namespace, shown);
  const answer = await received(socket);
  if (answer !== 'in') throw new Error(`${namespace} answered ${answer}`);
  return socket;
}

/** The answer to a request: `ok`, or the code of the refusal. */
export async function askFor(socket: Socket, event: string, payload: object): Promise<string> {
  const answer: unknown = await socket.timeout(ANSWER_MS).emitWithAck(event, payload);
  if (typeof answer === 'object' && answer !== null && 'error' in answer) {
    return protocolErrorBody.parse(answer.error).code;
  }
  return 'ok';
}
