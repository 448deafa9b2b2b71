import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeRunFolder, encodeTrackFolder } from '@sightline/shared';
import { createListener, createLogger, signMediaToken } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import type { FastifyInstance } from 'fastify';
import { createMediaAccess } from '../http/mediaAccess.ts';
import { createHttpServer } from '../http/server.ts';
import { SegmentMissing } from '../store/segmentStore.ts';
import { fakeTs } from '../ffmpeg/fakeTs.ts';
import { fakeRun } from './fakeTrack.ts';
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
const OTHER_FOLDER = encodeTrackFolder({ ...ids, sessionId: 's2' });
const LOSSY_FOLDER = encodeTrackFolder({ ...ids, sessionId: 's3' });
const RUN = encodeRunFolder('run 1');
const SEGMENT = '000000-1772366400000-6000.ts';
const CONTENT = Buffer.from('0123456789');
const PLAYLIST = `/media/playlist/${NOW_MS}.m3u8`;

const sign = (
  folders: string[],
  {
    secret = SECRET,
    expiresInMs = 60_000,
    range = undefined as { fromMs: number; toMs: number } | undefined,
  } = {},
): Promise<string> =>
  signMediaToken(secret, { kind: 'tracks', folders, ...(range && { range }) }, NOW_MS + expiresInMs);

const url = (folder: string, ...rest: string[]): string =>
  `/media/${[...folder.split('/'), ...rest].map(encodeURIComponent).join('/')}`;

/** A frame each second. */
const frames = (count: number): Buffer =>
  fakeTs(Array.from({ length: count }, (_, second) => second * 90_000));

/** What was lost after four seconds was healed. */
const lossyTrack = {
  folder: LOSSY_FOLDER,
  closed: false,
  runs: [fakeRun(`${LOSSY_FOLDER}/${RUN}`, NOW_MS, [6_000])].flatMap((run) => [
    { ...run, segments: run.segments.map((segment) => ({ ...segment, mediaEndMs: NOW_MS + 4_000 })) },
    fakeRun(`${LOSSY_FOLDER}/${encodeRunFolder('run 2')}`, NOW_MS + 4_000, [2_000], { source: 'healed' }),
  ]),
};

describe('playback over HTTP', () => {
  let server: FastifyInstance;
  let token: string;
  let recording = true;

  beforeAll(async () => {
    const clock = createManualClock(NOW_MS);
    server = await createHttpServer({
      listener: createListener(undefined),
      modules: [
        playbackModule({
          tracks: {
            read: (folder) =>
              Promise.resolve(
                folder === LOSSY_FOLDER
                  ? lossyTrack
                  : [FOLDER, OTHER_FOLDER].includes(folder)
                    ? {
                        folder,
                        closed: false,
                        runs: [
                          fakeRun(
                            `${folder}/${RUN}`,
                            folder === FOLDER ? NOW_MS : NOW_MS + 86_400_000,
                            [6_000, 6_000],
                            { end: { reason: 'stopped', atMs: NOW_MS } },
                          ),
                        ],
                      }
                    : undefined,
              ),
          },
          store: {
            read: (segment) =>
              segment.runFolder.startsWith(LOSSY_FOLDER)
                ? Promise.resolve(frames(6))
                : segment.name.index === 0
                  ? Promise.resolve(CONTENT)
                  : Promise.reject(new SegmentMissing(segment)),
          },
          sprites: {
            draw: ({ segments }) =>
              Promise.resolve({ bytes: Buffer.from(`${segments.length} pictures`), tag: 'sprite' }),
          },
          access: createMediaAccess({ secret: SECRET, clock }),
          dashboardOrigins: ['http://127.0.0.1:3000'],
          isRecording: () => recording,
          clock,
        }),
      ],
      health: () => ({ connected: true, runs: 1 }),
      logger: createLogger('test', 'silent'),
    });
    token = await sign([FOLDER]);
  });
  afterAll(() => server.close());

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
    const answer = await get(PLAYLIST);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/vnd.apple.mpegurl',
      'cache-control': 'no-store',
    });
    const [line = ''] = answer.body.split('\n').filter((row) => row.includes('.ts'));
    const { pathname, search } = new URL(line, `http://recorder${PLAYLIST}`);
    const segment = await server.inject({ url: `${pathname}${search}` });
    expect(segment.statusCode).toBe(200);
    expect(segment.rawPayload).toEqual(CONTENT);
    expect(segment.headers).toMatchObject({
      'content-type': 'video/mp2t',
      'cache-control': 'private, max-age=31536000, immutable',
    });
  });

  it('serves a range across sessions, whose tokens open nothing beside it', async () => {
    const range = { fromMs: NOW_MS + 6_000, toMs: NOW_MS + 86_400_001 };
    const both = await sign([OTHER_FOLDER, FOLDER, `${FOLDER}-unknown`], { range });
    const answer = await get(PLAYLIST, { token: both });
    const lines = answer.body.split('\n').filter((row) => row.includes('.ts'));
    expect(lines.map((line) => line.split('/').at(-1)?.split('?')[0])).toEqual([
      '000001-1772366406000-6000.ts',
      '000000-1772452800000-6000.ts',
    ]);
    const narrow = new URL(lines[1] ?? '', 'http://recorder/').searchParams.get('token') ?? '';
    const reach = async (folder: string, name: string, key: string): Promise<number> =>
      (await get(url(folder, RUN, name), { token: key })).statusCode;
    expect(await reach(OTHER_FOLDER, '000000-1772452800000-6000.ts', narrow)).toBe(200);
    expect(await reach(FOLDER, '000000-1772366406000-6000.ts', narrow)).toBe(403);
    expect(await reach(FOLDER, SEGMENT, both)).toBe(403);
  });

  it('ends the playlist once nothing is recorded any more', async () => {
    recording = false;
    expect((await get(PLAYLIST)).body).toContain('#EXT-X-ENDLIST');
    recording = true;
    expect((await get(PLAYLIST)).body).not.toContain('#EXT-X-ENDLIST');
  });

  it('answers ranges, conditions and HEAD, and refuses what the file does not have', async () => {
    const path = url(FOLDER, RUN, SEGMENT);
    const part = await get(path, { token }, { range: 'bytes=2-4' });
    expect([part.statusCode, part.body]).toEqual([206, '234']);
    expect(part.headers['content-range']).toBe('bytes 2-4/10');
    expect((await get(path, { token }, { range: 'bytes=-3' })).body).toBe('789');
    expect((await get(path, { token }, { range: 'bytes=8-99' })).body).toBe('89');
    expect((await get(path, { token }, { range: 'bytes=0-1,4-5' })).body).toBe('0123456789');
    expect((await get(path, { token }, { range: 'bytes=2-4', 'if-range': '"other"' })).statusCode).toBe(200);
    const beyond = await get(path, { token }, { range: 'bytes=10-' });
    expect(beyond.statusCode).toBe(416);
    expect(beyond.json()).toMatchObject({ code: 'range-not-satisfiable', status: 416 });
    expect(beyond.headers['content-type']).toContain('application/problem+json');
    expect(beyond.headers['content-range']).toBe('bytes */10');
    const known = await get(path, { token }, { 'if-none-match': String(part.headers.etag) });
    expect([known.statusCode, known.body]).toEqual([304, '']);
    const head = await server.inject({ method: 'HEAD', url: path, query: { token } });
    expect([head.statusCode, head.headers['content-length'], head.body]).toEqual([200, '10', '']);
  });

  it('serves thumbnails on the playlist’s time, as far as the token opens', async () => {
    const range = { fromMs: NOW_MS + 6_000, toMs: NOW_MS + 86_400_001 };
    const both = await sign([OTHER_FOLDER, FOLDER], { range });
    const path = `/media/thumbnails/${NOW_MS}.vtt`;
    const answer = await get(path, { token: both });
    expect(answer.headers['content-type']).toBe('text/vtt; charset=utf-8');
    const [head, ...rows] = answer.body.split('\n').filter((row) => row !== '');
    expect(head).toBe('WEBVTT');
    expect(rows.filter((row) => row.includes('-->'))).toEqual([
      '00:00:00.000 --> 00:00:06.000',
      '00:00:06.000 --> 00:00:12.000',
    ]);
    const [first = '', second = ''] = rows.filter((row) => row.includes('#xywh=0,0,160,90'));
    const { pathname, search, searchParams } = new URL(first, `http://recorder${path}`);
    const sprite = await server.inject({ url: `${pathname}${search}` });
    expect([sprite.statusCode, sprite.headers['content-type'], sprite.body]).toEqual([
      200,
      'image/jpeg',
      '1 pictures',
    ]);
    const token = searchParams.get('token') ?? '';
    const other = new URL(second, `http://recorder${path}`).pathname;
    expect((await get(other, { token })).statusCode).toBe(403);
    expect((await get(pathname.replace(/\d+\.jpg$/, '1.jpg'), { token })).statusCode).toBe(404);
  });

  it('shows what was healed, and not the damaged pictures that it stands for', async () => {
    const key = await sign([LOSSY_FOLDER]);
    const [damaged = '', healed = ''] = (await get(PLAYLIST, { token: key })).body
      .split('\n')
      .filter((row) => row.includes('.ts'));
    const shown = async (line: string, headers = {}) => {
      const { pathname, search } = new URL(line, `http://recorder${PLAYLIST}`);
      return server.inject({ url: `${pathname}${search}`, headers });
    };
    const first = await shown(damaged);
    expect(first.rawPayload).toEqual(frames(4));
    expect((await shown(healed)).rawPayload).toEqual(frames(6));
    const whole = await shown(damaged.replace(/&shownMs=.*/, ''), {
      'if-none-match': String(first.headers.etag),
    });
    expect([whole.statusCode, whole.rawPayload]).toEqual([200, frames(6)]);
    const bad = await shown(damaged.replace(/shownMs=.*/, 'shownMs=4e3'));
    expect([bad.statusCode, bad.json()]).toEqual([400, expect.objectContaining({ code: 'bad-request' })]);
  });

  it('says that media is gone', async () => {
    const answer = await get(url(FOLDER, RUN, '000001-1772366406000-6000.ts'));
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'segment-missing' });
  });

  it('wants a token, of this track, that has not expired', async () => {
    const path = url(FOLDER, RUN, SEGMENT);
    const expired = await sign([FOLDER], { expiresInMs: -1_000 });
    const other = await sign([OTHER_FOLDER]);
    const forged = await sign([FOLDER], { secret: 'another secret' });
    const exported = await signMediaToken(SECRET, { kind: 'export', exportId: 'e' }, NOW_MS + 60_000);
    for (const [query, status, code] of [
      [{}, 401, 'unauthorised'],
      [{ token: 'x' }, 401, 'unauthorised'],
      [{ token: forged }, 401, 'unauthorised'],
      [{ token: expired }, 401, 'token-expired'],
      [{ token: other }, 403, 'forbidden'],
      [{ token: exported }, 403, 'forbidden'],
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
    '/media/playlist/now.m3u8',
    '/media/playlist/..%2f1.m3u8',
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
