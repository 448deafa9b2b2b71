import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** Below those that systems give to outgoing connections: a server that is started again finds its port free. */
const PORTS = { from: 10_240, to: 32_768 };

/** A TCP port of the loopback address that nobody listens on. */
export async function freeTcpPort(): Promise<number> {
  const port = randomInt(PORTS.from, PORTS.to);
  const server = createServer().listen(port, LOOPBACK);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return freeTcpPort();
    throw error;
  }
  server.close();
  await once(server, 'close');
  return port;
}
