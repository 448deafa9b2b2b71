import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeRunFolder, encodeTrackFolder } from '@sightline/shared';
import { createListener, createLogger, signMediaToken } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import type { FastifyInstance } from 'fastify';
import { createMediaAccess } from '../http/mediaAccess.ts';
import { createHttpServer } from '../http/server.ts';
import { playbackModule } from './playbackModule.ts';

const SECRET = 'a secret of this very test';
const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const ids = {
  companyId: 'acme',
  userId: 'zoë %1 ../x',
  sessionId: 's1',
  sessionStartedAtMs: NOW_MS,
  trackId: 'display-1',
};
const FOLDER = encodeTrackFolder(ids);
const OTHER_FOLDER = encodeTrackFolder({ ...ids, trackId: 'display-2' });
const RUN = encodeRunFolder('run 1');
const SEGMENT = '000000-1772366400000-6000.ts';
const CONTENT = Buffer.from('0123456789');

const sign = (folder: string, { secret = SECRET, expiresInMs = 60_000 } = {}): Promise<string> =>
  signMediaToken(secret, { kind: 'tracks', folders: [folder] }, NOW_MS + expiresInMs);

const url = (folder: string, ...rest: string[]): string =>
  `/media/${[...folder.split('/'), ...rest].map(encodeURIComponent).join('/')}`;

describe('playback over HTTP', () => {
  let dir: string;
  let server: FastifyInstance;
  let token: string;
  let recording = true;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-media-'));
    const run = join(dir, FOLDER, RUN);
    await mkdir(run, { recursive: true });
    await writeFile(join(run, SEGMENT), CONTENT);
    await writeFile(join(dir, 'secret.txt'), 'not for you');
    const segment = {
      type: 'segment',
      index: 0,
      startMs: NOW_MS,
      durationMs: 6_000,
      bytes: 10,
      sha256: '0'.repeat(64),
      holes: [],
    };
    await writeFile(join(run, 'index.jsonl'), `${JSON.stringify(segment)}\n`);
    const clock = createManualClock(NOW_MS);
    server = await createHttpServer({
      listener: createListener(undefined),
      modules: [
        playbackModule({
          recordingsDir: dir,
          access: createMediaAccess({ secret: SECRET, clock }),
          dashboardOrigins: ['http://127.0.0.1:3000'],
          isRecording: () => recording,
          clock,
        }),
      ],
      health: () => ({ connected: true, runs: 1 }),
      logger: createLogger('test', 'silent'),
    });
    token = await sign(FOLDER);
  });
  afterAll(async () => {
    await server.close();
    await rm(dir, { recursive: true });
  });

  const get = (
    path: string,
    query: Record<string, string> = { token },
    headers: Record<string, string> = {},
  ) => server.inject({ url: path, query, headers });

  it('says how it is', async () => {
    const answer = await get('/healthz', {});
    expect(answer.json()).toEqual({ status: 'ok', connected: true, runs: 1 });
  });

  it('serves the playlist of a track, and its URLs lead to the segments', async () => {
    const answer = await get(url(FOLDER, 'playlist.m3u8'));
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/vnd.apple.mpegurl',
      'cache-control': 'no-store',
    });
    const [line = ''] = answer.body.split('\n').filter((row) => row.includes('.ts'));
    const segment = await server.inject({ url: url(FOLDER, '').slice(0, -1) + `/${line}` });
    expect(segment.statusCode).toBe(200);
    expect(segment.rawPayload).toEqual(CONTENT);
    expect(segment.headers).toMatchObject({
      'content-type': 'video/mp2t',
      'cache-control': 'private, max-age=31536000, immutable',
    });
  });

  it('ends the playlist once nothing is recorded any more', async () => {
    recording = false;
    expect((await get(url(FOLDER, 'playlist.m3u8'))).body).toContain('#EXT-X-ENDLIST');
    recording = true;
    expect((await get(url(FOLDER, 'playlist.m3u8'))).body).not.toContain('#EXT-X-ENDLIST');
  });

  it('answers ranges, and refuses those that the file does not have', async () => {
    const part = await get(url(FOLDER, RUN, SEGMENT), { token }, { range: 'bytes=2-4' });
    expect(part.statusCode).toBe(206);
    expect(part.body).toBe('234');
    expect(part.headers['content-range']).toBe('bytes 2-4/10');
    const beyond = await get(url(FOLDER, RUN, SEGMENT), { token }, { range: 'bytes=10-' });
    expect(beyond.statusCode).toBe(416);
    expect(beyond.json()).toMatchObject({ code: 'range-not-satisfiable', status: 416 });
    expect(beyond.headers['content-type']).toContain('application/problem+json');
  });

  it('wants a token, of this track, that has not expired', async () => {
    const path = url(FOLDER, RUN, SEGMENT);
    const expired = await sign(FOLDER, { expiresInMs: -1_000 });
    const other = await sign(OTHER_FOLDER);
    const forged = await sign(FOLDER, { secret: 'another secret' });
    for (const [query, status, code] of [
      [{}, 401, 'unauthorised'],
      [{ token: 'x' }, 401, 'unauthorised'],
      [{ token: forged }, 401, 'unauthorised'],
      [{ token: expired }, 401, 'token-expired'],
      [{ token: other }, 403, 'forbidden'],
    ] as const) {
      const answer = await get(path, { ...query });
      expect(answer.statusCode).toBe(status);
      expect(answer.json()).toMatchObject({ code });
    }
  });

  it.each([
    '/media/secret.txt',
    '/media/../secret.txt',
    '/media/%2e%2e/secret.txt',
    `${url(FOLDER)}/..%2f..%2fsecret.txt`,
    `${url(FOLDER, RUN)}/%2e%2e%2f${SEGMENT}`,
    url(FOLDER, RUN, 'index.jsonl'),
    url(FOLDER, RUN, '000001.part.ts'),
    url(FOLDER, RUN, '000009-1772366400000-6000.ts'),
    `${url(FOLDER)}//${SEGMENT}`,
    '/media/%E0%A4%A',
    '/elsewhere',
  ])('gives nothing away at %s', async (path) => {
    const answer = await server.inject({ url: path, query: { token } });
    expect([400, 404]).toContain(answer.statusCode);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).not.toContain('not for you');
  });

  it('lets the dashboard in, and no other page', async () => {
    const path = url(FOLDER, RUN, SEGMENT);
    const own = await get(path, { token }, { origin: 'http://127.0.0.1:3000' });
    expect(own.headers['access-control-allow-origin']).toBe('http://127.0.0.1:3000');
    const foreign = await get(path, { token }, { origin: 'http://evil.example' });
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
  });
});
