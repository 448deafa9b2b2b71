import { afterEach, describe, expect, it } from '@jest/globals';
import { createCleanup } from './harness/cleanup.ts';
import { openExposedSfu, type ExposedSfu } from './harness/exposedSfu.ts';

const cleanup = createCleanup();

const open = async (env: Record<string, string>): Promise<ExposedSfu> =>
  cleanup.use(await openExposedSfu(() => env));

afterEach(() => cleanup.close());

describe('an sfu that other machines could reach', () => {
  it('does not start without TLS, and says what to set', async () => {
    await expect(open({ SIGHTLINE_HOST: '0.0.0.0' })).rejects.toThrow(
      /SIGHTLINE_HOST: 0\.0\.0\.0 can be reached.*SIGHTLINE_TLS_CERT and SIGHTLINE_TLS_KEY.*SIGHTLINE_BEHIND_PROXY.*SIGHTLINE_PUBLIC_URL: is missing/,
    );
  });

  it('does not start with a certificate that cannot be read', async () => {
    const nowhere = { SIGHTLINE_TLS_CERT: '/nowhere/cert.pem', SIGHTLINE_TLS_KEY: '/nowhere/key.pem' };
    await expect(open(nowhere)).rejects.toThrow(
      /SIGHTLINE_TLS_CERT, SIGHTLINE_TLS_KEY: must be PEM files.*ENOENT/,
    );
  });
});

describe('an sfu of this machine only', () => {
  it.each([
    ['a foreign page', (own: string) => ({ host: own, origin: 'https://example.org' })],
    ['a page of another port', (own: string) => ({ host: own, origin: 'http://127.0.0.1:1' })],
    ['a foreign name', () => ({ host: 'rebound.example.org' })],
    ['a name that a stranger forwards', () => ({ host: 'x.example', 'x-forwarded-host': 'localhost' })],
  ])('refuses %s, over HTTP and by the socket', async (_what, headersFor) => {
    const sfu = await open({});
    const headers = headersFor(`127.0.0.1:${sfu.port}`);
    const { status, body } = await sfu.ask(headers);
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({
      code: 'foreign-origin',
      detail: expect.stringContaining(`http://127.0.0.1:${sfu.port}`),
    });
    await expect(sfu.socketRefusal(headers)).resolves.toBe('refused before the handshake');
    await sfu.proc.line(/"code":"foreign-origin"/, 1_000);
  });

  it('lets in pages and sockets of its own, which then have to sign in', async () => {
    const sfu = await open({});
    const own = { host: `127.0.0.1:${sfu.port}`, origin: `http://127.0.0.1:${sfu.port}` };
    const { status, headers } = await sfu.ask(own);
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('strict-transport-security');
    await expect(sfu.socketRefusal(own)).resolves.toBe('unauthorised');
  });
});

describe('an sfu behind a proxy', () => {
  const PUBLIC = 'https://sightline.example';
  const PROXY = '127.0.0.2';
  const STRANGER = '127.0.0.3';
  const FORWARDED = {
    host: 'internal.example',
    'x-forwarded-host': 'sightline.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '192.0.2.44',
  };
  const openProxied = (): Promise<ExposedSfu> =>
    open({ SIGHTLINE_BEHIND_PROXY: `${PROXY}, 10.0.0.0/8`, SIGHTLINE_PUBLIC_URL: PUBLIC });

  it('believes what the proxy forwards, and what nobody else does', async () => {
    const sfu = await openProxied();
    const { status, headers } = await sfu.ask({ ...FORWARDED, origin: PUBLIC }, { from: PROXY });
    expect(status).toBe(200);
    expect(headers['strict-transport-security']).toContain('max-age=31536000');
    expect((await sfu.ask(FORWARDED, { from: STRANGER })).status).toBe(403);
    const foreign = { ...FORWARDED, origin: 'https://example.org' };
    expect((await sfu.ask(foreign, { from: PROXY })).status).toBe(403);
  });

  it('knows sockets by the address that the proxy names, and by their own if a stranger names one', async () => {
    const sfu = await openProxied();
    await expect(sfu.socketRefusal(FORWARDED, { from: PROXY })).resolves.toBe('unauthorised');
    await sfu.proc.line(/"code":"unauthorised".*"address":"192\.0\.2\.44"/, 1_000);
    const direct = { ...FORWARDED, host: 'sightline.example' };
    await expect(sfu.socketRefusal(direct, { from: STRANGER })).resolves.toBe('unauthorised');
    await sfu.proc.line(/"code":"unauthorised".*"address":"127\.0\.0\.3"/, 1_000);
  });
});
