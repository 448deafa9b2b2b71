import { describe, expect, it } from '@jest/globals';
import { createSessionsApi } from './sessionsApi.ts';

const answering =
  (status: number, body: string, asked: string[] = []): typeof fetch =>
  async (url, options) => {
    asked.push(`${options?.method ?? 'GET'} ${typeof url === 'string' ? url : ''}`);
    return new Response(body, { status });
  };
const problem = { type: 'about:blank', title: 'Service Unavailable', status: 503, code: 'recorder-missing' };

describe('the recorded sessions', () => {
  it('are asked for by addresses in which no id can lead elsewhere', async () => {
    const asked: string[] = [];
    const grant = { playlistUrl: 'http://127.0.0.1:1/p.m3u8', expiresAtMs: 1 };
    const api = createSessionsApi(answering(200, JSON.stringify(grant), asked));
    await expect(api.grantPlayback('../s', 'display-1')).resolves.toEqual(grant);
    expect(asked).toEqual(['POST /api/v1/sessions/..%2Fs/tracks/display-1/playback']);
  });

  it('come with the code and the words of a refusal', async () => {
    const detail = 'No recorder is connected; start it to play recordings.';
    const api = createSessionsApi(answering(503, JSON.stringify({ ...problem, detail })));
    await expect(api.list()).rejects.toMatchObject({
      code: 'recorder-missing',
      status: 503,
      message: detail,
    });
  });

  it('say so when what answers is not our server', async () => {
    const api = createSessionsApi(answering(502, '<html>'));
    await expect(api.list()).rejects.toMatchObject({ code: 'internal', message: 'The server answered 502.' });
  });

  it('say what to do when the server cannot be reached', async () => {
    const api = createSessionsApi(() => Promise.reject(new TypeError('Failed to fetch')));
    await expect(api.find('s')).rejects.toMatchObject({
      code: 'unreachable',
      message: 'The server cannot be reached. Check that it runs.',
    });
  });

  it('are refused when they are not of the shape that was agreed upon', async () => {
    await expect(createSessionsApi(answering(200, '{"sessions":[{}]}')).list()).rejects.toThrow();
  });
});
