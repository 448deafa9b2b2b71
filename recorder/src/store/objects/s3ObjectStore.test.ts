import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ObjectStore } from './objectStore.ts';
import { createS3ObjectStore } from './s3ObjectStore.ts';

const KEY = 'acme/zoe@desk/2026/11/21/s1/display-1/r1/000000-1700000000000-6000.ts';
let server: Server;
let store: ObjectStore;
let status = 403;

beforeAll(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(
      `<Error><Code>AccessDenied</Code><Message>Not authorized to perform: s3:PutObject on "arn:aws:s3:::bucket/${KEY}"</Message></Error>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  store = createS3ObjectStore({ bucket: 'bucket', endpoint, region: 'us-east-1', prefix: '' });
});
afterAll(async () => {
  store.close();
  await new Promise((resolve) => server.close(resolve));
});

it.each([
  [403, 'store-refused', /refuses \(AccessDenied, 403\)/],
  [500, 'store-unreachable', /cannot be reached \(AccessDenied, 500\)/],
] as const)('says why, and not of what, when the store answers %d', async (answer, code, message) => {
  status = answer;
  const fault: unknown = await store.put(KEY, Buffer.from('media')).catch((error: unknown) => error);
  expect(fault).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(fault).toMatchObject({ message: expect.not.stringMatching(/acme|zoe|desk/) });
  expect(fault).toMatchObject({ cause: { message: expect.stringContaining('zoe@desk') } });
});
