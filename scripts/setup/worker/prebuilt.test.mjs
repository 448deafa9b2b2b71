import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fetchPrebuilt } from './prebuilt.mjs';

let directory;
let server;
let answer;

/** An archive as mediasoup publishes it, with a program in place of the worker. */
function archiveOf(program) {
  writeFileSync(join(directory, 'mediasoup-worker'), program, { mode: 0o755 });
  const archive = join(directory, 'worker.tgz');
  execFileSync('tar', ['-czf', archive, '-C', directory, 'mediasoup-worker']);
  return readFileSync(archive);
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'prebuilt-'));
  server = createServer((_request, response) => {
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(answer);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
});

function fetchFrom(url) {
  const target = join(directory, 'cache/mediasoup-worker');
  const options = { logFile: join(directory, 'log'), report: () => {} };
  const reason = fetchPrebuilt({ version: '3.27.1', repository: { url } }, target, options);
  return reason.then((text) => ({ text, target }));
}

const fetchHere = () => fetchFrom(`http://127.0.0.1:${server.address().port}/mediasoup.git`);

describe('fetchPrebuilt', () => {
  it('puts a worker that runs into the cache, and leaves nothing beside it', async () => {
    answer = archiveOf('#!/bin/sh\nexit 41\n');
    const { text, target } = await fetchHere();
    expect(text).toBeUndefined();
    expect(readdirSync(dirname(target))).toEqual(['mediasoup-worker']);
  });

  it('does not keep one that this system cannot run', async () => {
    answer = archiveOf('#!/bin/sh\nexit 127\n');
    const { text, target } = await fetchHere();
    expect(text).toBe('it does not run on this system');
    expect(existsSync(target)).toBe(false);
  });

  it('says that there is none for this platform', async () => {
    answer = undefined;
    expect((await fetchHere()).text).toBe('HTTP 404');
  });

  it('says that the server cannot be reached', async () => {
    const url = `http://127.0.0.1:${server.address().port}/mediasoup.git`;
    await new Promise((resolve) => server.close(resolve));
    expect((await fetchFrom(url)).text).toBe('ECONNREFUSED');
  });
});
