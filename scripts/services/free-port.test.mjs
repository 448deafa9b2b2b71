import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { requireFreePort } from './free-port.mjs';

it('says which variable moves a busy port, and is content with a free one', async () => {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await expect(requireFreePort(port, 'SIGHTLINE_PORT')).rejects.toMatchObject({
    help: expect.stringContaining('SIGHTLINE_PORT='),
  });
  await new Promise((resolve) => server.close(resolve));
  await requireFreePort(port, 'SIGHTLINE_PORT');
});
