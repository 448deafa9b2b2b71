import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, sharedCacheDir } from '../paths.mjs';

/** The installed mediasoup package: its folder and its parsed package.json. */
export function mediasoupPackage() {
  const directory = join(root, 'node_modules/mediasoup');
  return { directory, manifest: JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) };
}

/** `debian-12`, from the text of os-release(5). */
export function distributionOf(osRelease) {
  const field = (key) => osRelease.match(new RegExp(`^${key}="?([^"\n]*)"?$`, 'm'))?.[1];
  return [field('ID'), field('VERSION_ID')].filter(Boolean).join('-');
}

function readOsRelease() {
  return existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
}

/**
 * Where workers are kept, outside of any checkout. A built one is linked against the libraries of its
 * distribution, so that is part of its path.
 * @returns {{ prebuilt: string, built: string }}
 */
export function workerCachePaths({
  version = mediasoupPackage().manifest.version,
  platform = process.platform,
  arch = process.arch,
  osRelease = readOsRelease(),
  cacheDir = sharedCacheDir(),
} = {}) {
  const base = join(cacheDir, 'mediasoup-worker', version);
  const target = `${platform}-${arch}`;
  const distribution = distributionOf(osRelease) || 'local';
  return {
    prebuilt: join(base, target, 'mediasoup-worker'),
    built: join(base, `${target}-${distribution}`, 'mediasoup-worker'),
  };
}
