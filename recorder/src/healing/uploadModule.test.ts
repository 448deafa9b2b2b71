import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createListener, createLogger, signUploadToken, type UploadOrder } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import type { FastifyInstance } from 'fastify';
import { createHttpServer } from '../http/server.ts';
import { aPiece } from './aPiece.ts';
import { openUploadFolder, type UploadFolder } from './uploadFolder.ts';
import { uploadModule } from './uploadModule.ts';

const SECRET = 'a secret of this very test';
const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const ORIGIN = 'https://sightline.example';
const CONTENT = Buffer.from('0123456789');
const TUS = { 'tus-resumable': '1.0.0' };

describe('an upload', () => {
  let dir: string;
  let uploads: UploadFolder;
  let server: FastifyInstance;
  let url: string;
  let order: UploadOrder;
  let completed: string[];
  let hasRoom: boolean;
  const logger = createLogger('test', 'silent');

  const open = async (): Promise<void> => {
    uploads = await openUploadFolder(dir, logger);
    completed = [];
    server = await createHttpServer({
      listener: createListener(undefined),
      modules: [
        uploadModule({
          uploads,
          hasRoom: () => hasRoom,
          secret: SECRET,
          origins: [ORIGIN],
          onComplete: (pieceId) => completed.push(pieceId),
          clock: createManualClock(NOW_MS),
          logger,
        }),
      ],
      health: () => ({ connected: true, runs: 0 }),
      logger,
    });
    url = await server.listen({ host: '127.0.0.1', port: 0 });
  };
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-uploads-'));
    order = aPiece({ bytes: CONTENT.length });
    hasRoom = true;
    await open();
  });
  afterEach(async () => {
    await server.close();
    await rm(dir, { recursive: true });
  });

  const bearer = async (of = order, { secret = SECRET, expiresInMs = 60_000 } = {}) => ({
    authorization: `Bearer ${await signUploadToken(secret, of, NOW_MS + expiresInMs)}`,
  });
  const send = async (
    method: string,
    {
      headers = {},
      body,
      pieceId = order.pieceId,
    }: {
      headers?: Record<string, string>;
      body?: Buffer;
      pieceId?: string;
    } = {},
  ): Promise<Response> =>
    fetch(`${url}/uploads/${pieceId}`, {
      method,
      headers: { ...TUS, ...(await bearer()), ...headers },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
  const patch = (offset: number, body: Buffer, headers: Record<string, string> = {}): Promise<Response> =>
    send('PATCH', {
      headers: {
        'content-type': 'application/offset+octet-stream',
        'upload-offset': String(offset),
        ...headers,
      },
      body,
    });
  const offset = async (): Promise<string | null> => (await send('HEAD')).headers.get('upload-offset');
  const stored = (): Promise<Buffer> => readFile(uploads.pathOf(order.pieceId, 'media'));

  it('exists from its token on, and is whole when all of it has come, in whatever steps', async () => {
    const head = await send('HEAD');
    expect(head.status).toBe(200);
    expect(head.headers.get('upload-length')).toBe('10');
    expect((await patch(0, CONTENT.subarray(0, 4))).headers.get('upload-offset')).toBe('4');
    expect(completed).toEqual([]);
    expect((await patch(4, CONTENT.subarray(4))).status).toBe(204);
    expect(completed).toEqual([order.pieceId]);
    expect(await stored()).toEqual(CONTENT);
  });

  it('goes on where it was when the recorder starts anew', async () => {
    await patch(0, CONTENT.subarray(0, 7));
    await server.close();
    await open();
    expect(await offset()).toBe('7');
    await patch(7, CONTENT.subarray(7));
    expect(await stored()).toEqual(CONTENT);
  });

  it('keeps what came before its connection broke', async () => {
    const headers = {
      ...TUS,
      ...(await bearer()),
      'content-type': 'application/offset+octet-stream',
      'upload-offset': '0',
      'content-length': '10',
    };
    const sent = request(`${url}/uploads/${order.pieceId}`, { method: 'PATCH', headers });
    sent.on('error', () => undefined);
    sent.write(CONTENT.subarray(0, 5));
    await until(async () => (await uploads.find(order.pieceId))?.receivedBytes === 5);
    sent.destroy();
    expect(await offset()).toBe('5');
    expect((await patch(5, CONTENT.subarray(5))).status).toBe(204);
    expect(await stored()).toEqual(CONTENT);
  });

  it('is refused while the disk is short of room, and goes on where it was when there is', async () => {
    await patch(0, CONTENT.subarray(0, 4));
    hasRoom = false;
    for (const answer of [await patch(4, CONTENT.subarray(4)), await send('HEAD')]) {
      expect(answer.status).toBe(507);
      expect(answer.headers.get('retry-after')).toBe('60');
    }
    expect(await (await patch(4, CONTENT.subarray(4))).json()).toMatchObject({ code: 'disk-full' });
    const other = aPiece({ pieceId: randomUUID() });
    expect((await send('HEAD', { headers: await bearer(other), pieceId: other.pieceId })).status).toBe(507);
    expect((await uploads.list()).map(({ receivedBytes }) => receivedBytes)).toEqual([4]);
    hasRoom = true;
    expect(await offset()).toBe('4');
    expect((await patch(4, CONTENT.subarray(4))).status).toBe(204);
    expect(await stored()).toEqual(CONTENT);
  });

  it('stops where the disk ran short of room while it came', async () => {
    const headers = {
      ...TUS,
      ...(await bearer()),
      'content-type': 'application/offset+octet-stream',
      'upload-offset': '0',
      'content-length': '10',
    };
    const answer = Promise.withResolvers<number | undefined>();
    const sent = request(`${url}/uploads/${order.pieceId}`, { method: 'PATCH', headers }, (response) => {
      response.resume();
      answer.resolve(response.statusCode);
    });
    sent.on('error', answer.reject);
    sent.write(CONTENT.subarray(0, 5));
    await until(async () => (await uploads.find(order.pieceId))?.receivedBytes === 5);
    hasRoom = false;
    sent.end(CONTENT.subarray(5));
    expect(await answer.promise).toBe(507);
    hasRoom = true;
    expect(await offset()).toBe('5');
    expect(completed).toEqual([]);
  });

  it('can be ended while the disk is short of room', async () => {
    await patch(0, CONTENT.subarray(0, 4));
    hasRoom = false;
    expect((await send('DELETE')).status).toBe(204);
    expect(await uploads.list()).toEqual([]);
  });

  it('takes nothing twice, nothing out of order, and not more than was announced', async () => {
    await patch(0, CONTENT.subarray(0, 4));
    expect((await patch(0, CONTENT.subarray(0, 4))).status).toBe(409);
    expect((await patch(8, CONTENT.subarray(8))).status).toBe(409);
    expect((await patch(4, CONTENT)).status).toBe(413);
    expect(await offset()).toBe('4');
  });

  it('begins anew if the piece is another one now', async () => {
    await patch(0, CONTENT.subarray(0, 4));
    order = { ...order, sha256: 'b'.repeat(64) };
    expect(await offset()).toBe('0');
  });

  it('can be ended, and is not there for who has no token of it', async () => {
    await patch(0, CONTENT);
    const other = aPiece({ pieceId: randomUUID() });
    expect((await send('HEAD', { headers: await bearer(other) })).status).toBe(403);
    expect((await send('PATCH', { headers: await bearer(other) })).status).toBe(403);
    expect((await send('DELETE', { headers: await bearer(other) })).status).toBe(403);
    expect((await send('HEAD', { headers: { authorization: 'Bearer x' } })).status).toBe(401);
    expect((await send('HEAD', { headers: { authorization: '' } })).status).toBe(401);
    const late = await bearer(order, { expiresInMs: -1 });
    expect((await send('HEAD', { headers: late })).status).toBe(401);
    const foreign = await bearer(order, { secret: 'some other secret' });
    expect((await send('DELETE', { headers: foreign })).status).toBe(401);
    expect(await stored()).toEqual(CONTENT);
    expect((await send('DELETE')).status).toBe(204);
    expect(await uploads.list()).toEqual([]);
  });

  it('serves nothing, and takes nothing where there is no piece', async () => {
    expect((await send('GET')).status).toBe(404);
    expect((await send('POST')).status).toBe(404);
    expect((await send('HEAD', { pieceId: '..%2f..%2fowner.json' })).status).toBe(403);
  });

  it('lets the agents’ page in, and no other', async () => {
    const preflight = (origin: string): Promise<Response> =>
      fetch(`${url}/uploads/${order.pieceId}`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'PATCH',
          'access-control-request-headers': 'authorization,tus-resumable,upload-offset,content-type',
        },
      });
    const allowed = await preflight(ORIGIN);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(allowed.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(allowed.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('upload-offset');
    const answer = await send('HEAD', { headers: { origin: ORIGIN } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/Upload-Offset/i);
    const foreign = await preflight('https://elsewhere.example');
    expect(foreign.headers.get('access-control-allow-origin')).not.toBe('https://elsewhere.example');
  });

  it('lists what is there, and passes over what a crash left of one that had not begun', async () => {
    await patch(0, CONTENT.subarray(0, 3));
    await writeFile(join(dir, 'README'), 'not an upload');
    expect(await uploads.list()).toMatchObject([{ order, receivedBytes: 3 }]);
  });

  it('is not there while its order cannot be read, which keeps no other from being listed, and then goes on', async () => {
    await patch(0, CONTENT.subarray(0, 3));
    const other = aPiece({ pieceId: randomUUID(), bytes: 1 });
    await uploads.ensure(other);
    await writeFile(uploads.pathOf(order.pieceId, 'order.json'), '');
    expect(await uploads.list()).toMatchObject([{ order: other }]);
    expect(await offset()).toBe('3');
    await patch(3, CONTENT.subarray(3));
    expect(await stored()).toEqual(CONTENT);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}
