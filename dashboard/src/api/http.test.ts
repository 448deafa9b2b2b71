import { describe, expect, it } from '@jest/globals';
import { createApi } from './api.ts';
import { createHttp, type Http } from './http.ts';

interface Setup {
  http: Http;
  asked: { url: string; options: RequestInit | undefined }[];
  told: string[];
}

function build(status: number, body: string, headers: Record<string, string> = {}): Setup {
  const asked: Setup['asked'] = [];
  const told: string[] = [];
  const http = createHttp({
    fetch: async (url, options) => {
      asked.push({ url: typeof url === 'string' ? url : '', options });
      return new Response(status === 204 ? null : body, { status, headers });
    },
    onNotSignedIn: () => told.push('not signed in'),
    onPasswordDue: () => told.push('password due'),
    onServerTime: (timeMs) => told.push(`it is ${timeMs}`),
  });
  return { http, asked, told };
}

const problem = (code: string, detail?: string): string =>
  JSON.stringify({ type: 'about:blank', title: 'Sorry', status: 503, code, ...(detail && { detail }) });

describe('the HTTP API', () => {
  it('is asked at addresses in which no id can lead elsewhere', async () => {
    const { http, asked } = build(404, '{}');
    await expect(createApi(http).recordings.find('../s')).rejects.toThrow();
    expect(asked).toMatchObject([{ url: '/api/v1/sessions/..%2Fs' }]);
  });

  it('is sent JSON, and says so only then', async () => {
    const { http, asked } = build(204, '');
    await http.tell({ method: 'POST', path: '/a', body: { b: 1 } });
    await http.tell({ method: 'POST', path: '/a' });
    expect(asked.map(({ options }) => [options?.body, options?.headers])).toEqual([
      ['{"b":1}', { accept: 'application/json', 'content-type': 'application/json' }],
      [undefined, { accept: 'application/json' }],
    ]);
  });

  it('refuses with the code and the words of the server', async () => {
    const { http } = build(503, problem('recorder-missing', 'No recorder is connected; start one.'));
    await expect(createApi(http).recordings.list()).rejects.toMatchObject({
      code: 'recorder-missing',
      status: 503,
      message: 'No recorder is connected; start one.',
      retryAfterMs: undefined,
    });
  });

  it('says how long to wait', async () => {
    const { http } = build(429, problem('throttled'), { 'retry-after': '32' });
    await expect(http.tell({ method: 'POST', path: '/auth/sign-in' })).rejects.toMatchObject({
      message: 'Sorry',
      retryAfterMs: 32_000,
    });
  });

  it.each([
    ['not-signed-in', 'not signed in'],
    ['password-change-required', 'password due'],
  ])('tells the page of %s', async (code, expected) => {
    const { http, told } = build(401, problem(code));
    await expect(createApi(http).identity.me()).rejects.toMatchObject({ code });
    expect(told).toEqual([expected]);
  });

  it('tells what time it is at the server', async () => {
    const { http, told } = build(204, '', { date: 'Thu, 01 Jan 1970 00:00:05 GMT' });
    await http.tell({ method: 'POST', path: '/a' });
    expect(told).toEqual(['it is 5000']);
  });

  it('says so when what answers is not our server', async () => {
    const { http } = build(502, '<html>');
    await expect(createApi(http).recordings.list()).rejects.toMatchObject({
      code: 'internal',
      message: 'The server answered 502.',
    });
  });

  it('says what to do when the server cannot be reached', async () => {
    const http = createHttp({
      fetch: () => Promise.reject(new TypeError('Failed to fetch')),
      onNotSignedIn: () => undefined,
      onPasswordDue: () => undefined,
      onServerTime: () => undefined,
    });
    await expect(createApi(http).recordings.find('s')).rejects.toMatchObject({
      code: 'unreachable',
      message: 'The server cannot be reached. Check that it runs.',
    });
  });

  it('does not take answers that are not of the agreed shape', async () => {
    const { http } = build(200, '{"sessions":[{}]}');
    await expect(createApi(http).recordings.list()).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('leaves out of a query what does not matter', async () => {
    const { http, asked } = build(200, '{"entries":[]}');
    const { audit } = createApi(http);
    const filter = { companyId: 'c1', fromMs: 5, toMs: undefined, action: undefined, actorId: undefined };
    await audit.page(filter, 50);
    expect(asked.map(({ url }) => url)).toEqual(['/api/v1/audit?companyId=c1&fromMs=5&limit=50']);
    expect(audit.exportUrl('c1', 'csv')).toBe('/api/v1/audit/export.csv?companyId=c1');
    expect(audit.exportUrl(undefined, 'ndjson')).toBe('/api/v1/audit/export');
  });
});
