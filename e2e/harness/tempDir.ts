import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Closable } from './cleanup.ts';

export interface TempDir extends Closable {
  readonly path: string;
}

/** A new directory, removed with all that is in it by `close()`. */
export async function createTempDir(name: string): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), `sightline-${name}-`));
  return { path, close: () => rm(path, { recursive: true, force: true, maxRetries: 10 }) };
}
