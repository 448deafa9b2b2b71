import { createWriteStream, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runCommand } from '../command.mjs';
import { isUsableWorker } from './usable.mjs';

const CONNECT_TIMEOUT_MS = 5_000;
const DOWNLOAD_TIMEOUT_MS = 60_000;

/** Address of the worker that the mediasoup project built for this platform; see its npm-scripts.mjs. */
export function prebuiltUrl(
  { version, repository },
  { platform = process.platform, arch = process.arch, kernel = release() } = {},
) {
  const base = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
  const kernelPart = platform === 'linux' ? `-kernel${kernel.split('.')[0]}` : '';
  return `${base}/releases/download/${version}/mediasoup-worker-${version}-${platform}-${arch}${kernelPart}.tgz`;
}

async function download(url, file) {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(new Error('no answer within 5 s')), CONNECT_TIMEOUT_MS);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Error('download took over 60 s')), DOWNLOAD_TIMEOUT_MS);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Fetches the official worker to `target`. Two at once do no harm: the last rename wins.
 * @returns {Promise<string | undefined>} why there is none, or undefined when it is there and runs
 */
export async function fetchPrebuilt(manifest, target, { logFile, report }) {
  const url = prebuiltUrl(manifest);
  report(`fetching ${url}`);
  mkdirSync(dirname(target), { recursive: true });
  const work = mkdtempSync(join(dirname(target), 'fetch-'));
  try {
    const archive = join(work, 'worker.tgz');
    await download(url, archive);
    await runCommand('tar', ['-xzf', archive, '-C', work], { logFile, report });
    const worker = join(work, 'mediasoup-worker');
    if (!isUsableWorker(worker)) return 'it does not run on this system';
    renameSync(worker, target);
    return undefined;
  } catch (error) {
    return error.cause?.code ?? error.message;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
