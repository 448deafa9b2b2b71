import type { Socket } from 'socket.io-client';
import * as z from 'zod';
import { askFor } from './sockets.ts';

const about = z.object({
  client: z.object({ clientId: z.string() }).optional(),
  alert: z.object({ clientId: z.string() }).optional(),
  clientId: z.string().optional(),
  sessionId: z.string().optional(),
  consumerId: z.string().optional(),
  transportId: z.string().optional(),
});

/** What one connection is told from now on. */
export interface Hearing {
  /** The names of the notices about any of these ids, each once, sorted. Resolves when all that was sent is here. */
  about(...ids: readonly string[]): Promise<string[]>;
  /** The same of all notices there were. */
  all(): Promise<string[]>;
}

/** Listens to a connection. */
export function listenTo(socket: Socket): Hearing {
  const heard: { event: string; ids: (string | undefined)[] }[] = [];
  socket.onAny((event: string, payload: unknown) => {
    const { client, alert, ...ids } = about.parse(payload);
    heard.push({ event, ids: [client?.clientId, alert?.clientId, ...Object.values(ids)] });
  });
  // What was sent before this answer arrives before it.
  const settled = async (): Promise<void> => {
    if (socket.connected) await askFor(socket, 'time-sync', {});
  };
  const names = (notices: readonly { event: string }[]): string[] =>
    [...new Set(notices.map(({ event }) => event))].toSorted();
  return {
    async all() {
      await settled();
      return names(heard);
    },
    async about(...ids) {
      await settled();
      return names(heard.filter((notice) => notice.ids.some((id) => id !== undefined && ids.includes(id))));
    },
  };
}
