import { connect, type Socket } from 'node:net';

/** A TCP connection on which anything can be said. */
export interface RawConnection {
  readonly socket: Socket;
  /** All that came so far, as Latin-1. */
  received(): string;
  /** Resolves when the server has closed it, or a reset did. */
  readonly closed: Promise<void>;
  send(bytes: string | Buffer): void;
  close(): void;
}

/** Opens a connection. @throws the system's error when it is refused */
export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect({ host: '127.0.0.1', port });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  let text = '';
  socket.on('data', (bytes) => (text += bytes.toString('latin1')));
  // A reset is one of the ways in which a server may end this; `close` follows.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    socket,
    received: () => text,
    closed,
    send: (bytes) => void (socket.writable && socket.write(bytes)),
    close: () => void socket.destroy(),
  };
}

/** Waits for what comes, but not for ever. @returns whether it came */
export function within(ms: number, event: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    void event.finally(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** Sends bytes on a connection of their own, and reads until the server closes it. */
export async function exchange(
  port: number,
  bytes: string | Buffer,
  ms: number,
): Promise<{ text: string; closed: boolean }> {
  const connection = await openRaw(port);
  connection.send(bytes);
  const closed = await within(ms, connection.closed);
  connection.close();
  return { text: connection.received(), closed };
}
