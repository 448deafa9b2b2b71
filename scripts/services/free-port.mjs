import { createServer } from 'node:net';
import { SetupError } from '../setup/setup-error.mjs';

/**
 * Checks that nothing listens on a port of this machine.
 * @param {string} variable the environment variable that chooses the port
 * @throws {SetupError} which names the variable
 */
export async function requireFreePort(port, variable) {
  const command = process.env.npm_lifecycle_event === 'demo' ? 'npm run demo' : 'npm start';
  const server = createServer();
  try {
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
    });
  } catch (error) {
    throw new SetupError(`port ${port} cannot be used (${error.code})`, {
      help: `Stop the program that has it (is Sightline running already?), or choose another port:\n\n  ${variable}=${port + 100} ${command}`,
      cause: error,
    });
  }
  await new Promise((resolve) => server.close(resolve));
}
