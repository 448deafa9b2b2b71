import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { selfSigned, type SelfSigned } from './harness/certificate.ts';
import { createCleanup } from './harness/cleanup.ts';
import { openExposedSfu, type ExposedSfu } from './harness/exposedSfu.ts';
import { createTempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';

const RELOADED_MS = 10_000;

const cleanup = createCleanup();
let directory: string;
let first: SelfSigned;
let second: SelfSigned;
let files: SelfSigned;
let sfu: ExposedSfu;

beforeAll(async () => {
  [first, second] = await Promise.all([selfSigned(), selfSigned()]);
});

beforeEach(async () => {
  directory = cleanup.use(await createTempDir('tls')).path;
  files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  await replace(first);
  sfu = cleanup.use(
    await openExposedSfu(({ port }) => ({
      SIGHTLINE_HOST: '0.0.0.0',
      SIGHTLINE_PUBLIC_URL: `https://localhost:${port}`,
      SIGHTLINE_TLS_CERT: files.cert,
      SIGHTLINE_TLS_KEY: files.key,
    })),
  );
});

afterEach(() => cleanup.close());

/** Replaces both files as tools do: written beside, then renamed. */
async function replace(by: SelfSigned): Promise<void> {
  for (const part of ['cert', 'key'] as const) {
    await writeFile(`${files[part]}.new`, by[part]);
    await rename(`${files[part]}.new`, files[part]);
  }
}

/** The fingerprint of what a new connection is shown. */
async function shown(): Promise<string | undefined> {
  const socket = connect({ host: '127.0.0.1', port: sfu.port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerX509Certificate();
  socket.destroy();
  return certificate?.fingerprint256;
}

const fingerprintOf = ({ cert }: SelfSigned): string => new X509Certificate(cert).fingerprint256;

const shows = (certificate: SelfSigned): Promise<unknown> =>
  until('the new certificate', async () => (await shown()) === fingerprintOf(certificate), {
    timeoutMs: RELOADED_MS,
  });

/** One request over the agent's connection. Returns whether that had to be opened. */
function isNewConnection(agent: Agent): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = get({ agent, host: 'localhost', family: 4, port: sfu.port, path: '/healthz' });
    request.once('error', reject).once('response', (response) => {
      response.resume().once('end', () => resolve(!request.reusedSocket));
    });
  });
}

describe('an sfu that speaks TLS itself', () => {
  it('serves pages and sockets, and tells browsers to stay with it', async () => {
    const { status, headers } = await sfu.ask({ host: `localhost:${sfu.port}` }, { trusted: first.cert });
    expect(status).toBe(200);
    expect(headers['strict-transport-security']).toContain('max-age=31536000');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    const own = { origin: `https://localhost:${sfu.port}` };
    await expect(sfu.socketRefusal(own, { trusted: first.cert })).resolves.toBe('unauthorised');
    await expect(sfu.socketRefusal({ origin: 'https://example.org' }, { trusted: first.cert })).resolves.toBe(
      'refused before the handshake',
    );
  });

  it('takes a new certificate while it serves, and drops no connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: first.cert });
    cleanup.use({ close: () => agent.destroy() });
    const opened = [await isNewConnection(agent)];
    await replace(second);
    const replaced = new AbortController();
    const watching = shows(second).finally(() => replaced.abort());
    while (!replaced.signal.aborted) opened.push(await isNewConnection(agent));
    await watching;
    opened.push(await isNewConnection(agent));
    expect(opened.filter(Boolean)).toEqual([true]);
    expect(opened.length).toBeGreaterThan(10);
    await sfu.proc.line(/a new certificate is in use/, 1_000);
  });

  it('keeps the old certificate while the new one cannot be used, and says so once', async () => {
    await replace({ cert: second.cert, key: first.key });
    await sfu.proc.line(/"code":"certificate-refused"/, RELOADED_MS);
    expect(await shown()).toBe(fingerprintOf(first));
    await unlink(files.key);
    await sfu.proc.line(/"code":"certificate-unreadable"/, RELOADED_MS);
    expect(await shown()).toBe(fingerprintOf(first));
    expect(sfu.proc.tail().split('certificate-refused')).toHaveLength(2);
    expect(sfu.proc.tail()).not.toContain('PRIVATE KEY');
    await replace(second);
    await shows(second);
  });

  it('follows symbolic links that are turned', async () => {
    for (const part of ['cert', 'key'] as const) {
      await writeFile(join(directory, `next-${part}.pem`), second[part]);
      await symlink(`next-${part}.pem`, `${files[part]}.new`);
      await rename(`${files[part]}.new`, files[part]);
    }
    await shows(second);
  });
});
