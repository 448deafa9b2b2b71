import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const GENERATED = new Set(['node_modules', 'dist', 'out']);

/** Files below `path` (or `path` itself) that can change a build: no tests, nothing generated. */
function* sourceFiles(path) {
  if (statSync(path).isFile()) {
    if (!/\.test\.\w+$/.test(path)) yield path;
    return;
  }
  for (const name of readdirSync(path).sort()) {
    if (!GENERATED.has(name)) yield* sourceFiles(join(path, name));
  }
}

/** SHA-256 (hex) over names and contents of all source files in `paths`, relative to `base`. */
export function hashSources(base, paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of sourceFiles(join(base, path))) {
      const content = readFileSync(file);
      hash.update(`${relative(base, file)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/** True when the stamp holds exactly this hash. */
export function isStamped(stampFile, hash) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash;
}

/** Remembers that something was made from the sources with this hash. */
export function writeStamp(stampFile, hash) {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, hash);
}
